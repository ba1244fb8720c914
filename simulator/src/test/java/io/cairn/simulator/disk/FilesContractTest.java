package io.cairn.simulator.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.platform.Files;
import io.cairn.platform.StoredFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import org.junit.jupiter.api.Test;

/** What the log relies on, of the machine's file system and of the simulated one alike. */
abstract class FilesContractTest {

  abstract Files files();

  /** A folder that exists and is empty. */
  abstract String folder();

  private String path(String name) {
    return folder() + "/" + name;
  }

  private static ByteBuffer bytes(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
  }

  private static String read(StoredFile file, long position, int length) throws IOException {
    ByteBuffer target = ByteBuffer.allocate(length);
    int count = file.read(target, position);
    assertThat(count).isEqualTo(target.position());
    return new String(target.array(), 0, count, StandardCharsets.UTF_8);
  }

  @Test
  void whatWasWrittenIsReadBack_fewerBytesOnlyAtTheEnd() throws IOException {
    try (StoredFile file = files().open(path("a"), true)) {
      file.write(bytes("hello world"), 0);
      file.write(bytes("there"), 6);

      assertThat(file.size()).isEqualTo(11);
      assertThat(read(file, 0, 5)).isEqualTo("hello");
      assertThat(read(file, 6, 100)).isEqualTo("there");
      assertThat(read(file, 11, 10)).isEmpty();
      assertThat(read(file, 500, 10)).isEmpty();
    }
  }

  @Test
  void writeBehindTheEndGrowsTheFile_andTheHoleReadsAsZeros() throws IOException {
    try (StoredFile file = files().open(path("a"), true)) {
      file.write(bytes("x"), 10_000);

      assertThat(file.size()).isEqualTo(10_001);
      assertThat(read(file, 9_998, 10)).isEqualTo("\0\0x");
    }
  }

  @Test
  void writeTakesAllThatRemainsOfTheBuffer_andLeavesItEmpty() throws IOException {
    try (StoredFile file = files().open(path("a"), true)) {
      ByteBuffer source = bytes("0123456789").position(2).limit(5);
      file.write(source, 0);

      assertThat(source.hasRemaining()).isFalse();
      assertThat(file.size()).isEqualTo(3);
      assertThat(read(file, 0, 10)).isEqualTo("234");
    }
  }

  @Test
  void truncateCutsButNeverGrows_andWhatIsCutIsZeroWhenTheFileGrowsAgain() throws IOException {
    try (StoredFile file = files().open(path("a"), true)) {
      file.write(bytes("0123456789"), 0);
      file.truncate(100);
      assertThat(file.size()).isEqualTo(10);

      file.truncate(4);
      file.write(bytes("z"), 8);

      assertThat(read(file, 0, 100)).isEqualTo("0123\0\0\0\0z");
    }
  }

  @Test
  void syncedFileIsReadByALaterOpen() throws IOException {
    try (StoredFile file = files().open(path("a"), true)) {
      file.write(bytes("kept"), 0);
      file.sync();
    }
    files().syncDirectory(folder());
    try (StoredFile again = files().open(path("a"), false);
        StoredFile reader = files().openReadOnly(path("a"))) {
      again.write(bytes("K"), 0);
      assertThat(read(reader, 0, 10)).isEqualTo("Kept");
      assertThatThrownBy(() -> reader.write(bytes("no"), 0)).isInstanceOf(Exception.class);
    }
  }

  @Test
  void creatingWhatExistsFails_andSoDoesOpeningWhatDoesNot() throws IOException {
    files().open(path("a"), true).close();

    assertThatThrownBy(() -> files().open(path("a"), true)).isInstanceOf(IOException.class);
    assertThatThrownBy(() -> files().open(path("b"), false)).isInstanceOf(NoSuchFileException.class);
    assertThatThrownBy(() -> files().openReadOnly(path("b"))).isInstanceOf(NoSuchFileException.class);
    assertThatThrownBy(() -> files().delete(path("b"))).isInstanceOf(NoSuchFileException.class);
    assertThatThrownBy(() -> files().rename(path("b"), path("c"))).isInstanceOf(NoSuchFileException.class);
    assertThatThrownBy(() -> files().open(path("nowhere/b"), true)).isInstanceOf(NoSuchFileException.class);
  }

  @Test
  void listIsSorted_namesFilesAndFolders_andIsEmptyForNoFolder() throws IOException {
    files().open(path("b"), true).close();
    files().open(path("a"), true).close();
    files().createDirectories(path("c/deep"));
    files().open(path("c/deep/x"), true).close();

    assertThat(files().list(folder())).containsExactly("a", "b", "c");
    assertThat(files().list(path("c/deep"))).containsExactly("x");
    assertThat(files().list(path("nowhere"))).isEmpty();
    assertThat(files().exists(path("c"))).isTrue();
    assertThat(files().exists(path("a"))).isTrue();
    assertThat(files().exists(path("d"))).isFalse();
    files().createDirectories(path("c/deep"));
  }

  @Test
  void renameReplaces_andTheFileStaysTheSameOne() throws IOException {
    try (StoredFile replaced = files().open(path("a"), true);
        StoredFile file = files().open(path("b"), true)) {
      replaced.write(bytes("old"), 0);
      file.write(bytes("new"), 0);

      files().rename(path("b"), path("a"));
      file.write(bytes("er"), 3);

      assertThat(files().list(folder())).containsExactly("a");
      try (StoredFile found = files().openReadOnly(path("a"))) {
        assertThat(read(found, 0, 10)).isEqualTo("newer");
      }
      assertThat(read(replaced, 0, 10)).as("still open, though it has no name any more").isEqualTo("old");
    }
  }

  @Test
  void deletedFileIsGoneByName_andReadableWhileOpen() throws IOException {
    try (StoredFile file = files().open(path("a"), true)) {
      file.write(bytes("x"), 0);
      files().delete(path("a"));

      assertThat(files().exists(path("a"))).isFalse();
      assertThat(read(file, 0, 1)).isEqualTo("x");
      files().open(path("a"), true).close();
      assertThat(read(file, 0, 1)).isEqualTo("x");
    }
  }

  @Test
  void closedFileIsNotUsed_andClosingTwiceIsNothing() throws IOException {
    StoredFile file = files().open(path("a"), true);
    file.close();
    file.close();

    assertThatThrownBy(() -> file.write(bytes("x"), 0)).isInstanceOf(IOException.class);
    assertThatThrownBy(() -> file.read(ByteBuffer.allocate(1), 0)).isInstanceOf(IOException.class);
    assertThatThrownBy(file::sync).isInstanceOf(IOException.class);
  }

  @Test
  void lockIsHeldOnce_namesItsFile_andIsFreeAfterTheClose() throws Exception {
    AutoCloseable lock = files().lock(path("lock"));

    assertThatThrownBy(() -> files().lock(path("lock"))).isInstanceOf(IOException.class).hasMessageContaining(path("lock"));
    lock.close();
    files().lock(path("lock")).close();
    assertThat(files().exists(path("lock"))).isTrue();
  }

  @Test
  void freeBytesAreTold() throws IOException {
    assertThat(files().freeBytes(folder())).isPositive();
  }
}
