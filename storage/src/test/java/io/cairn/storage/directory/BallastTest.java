package io.cairn.storage.directory;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.platform.JdkRandomSource;
import io.cairn.storage.MemoryFiles;
import java.io.IOException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class BallastTest {
  private static final String PATH = "/n1/BALLAST";
  private final MemoryFiles files = new MemoryFiles();

  private Ballast opened() {
    try (NodeDirectory node = NodeDirectory.open(files, "/n1", "c", "n1", 1, new JdkRandomSource(1))) {
      return node.ballast();
    }
  }

  private boolean isThere() {
    return files.exists(PATH);
  }

  @Test
  void itIsMadeWhereThereIsRoomToSpare() {
    Ballast ballast = opened();
    ballast.restore(Ballast.BYTES - 1);
    assertThat(isThere()).isFalse();
    ballast.restore(Ballast.BYTES);
    assertThat(isThere()).isTrue();
    int changes = files.changes();
    ballast.restore(Ballast.BYTES);
    assertThat(files.changes()).isEqualTo(changes);
    opened();
    assertThat(isThere()).isTrue();
  }

  @Test
  @DisplayName("A-09 a start on a full disk has the room that was held back for it; it is put back when there is room again")
  void aFullDiskGivesItUp() throws IOException {
    opened().restore(Ballast.BYTES);
    files.freeBytes(0);
    Ballast ballast = opened();
    assertThat(isThere()).isFalse();

    files.freeBytes(1 << 20);
    ballast.restore(Long.MAX_VALUE);
    assertThat(isThere()).as("there was no room for it").isFalse();
    files.freeBytes(8 << 20);
    ballast.restore(8 << 20);
    assertThat(isThere()).isTrue();
    assertThat(files.list("/n1")).noneMatch(name -> name.endsWith(".tmp"));
  }
}
