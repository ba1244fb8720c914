package io.cairn.storage.directory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.platform.JdkFiles;
import io.cairn.platform.JdkRandomSource;
import io.cairn.storage.MemoryFiles;
import io.cairn.storage.StorageFailure;
import io.cairn.storage.StorageFailure.Kind;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whose a directory is stays true through crashes, and nobody else's is touched. */
class NodeDirectoryTest {
  private static final Incarnation PEER = new Incarnation(1, 2);

  private static NodeDirectory open(io.cairn.platform.Files files, String directory, String cluster, String node) {
    return NodeDirectory.open(files, directory, cluster, node, 77, new JdkRandomSource(5));
  }

  private static void refused(Kind kind, ThrowingCallable call, String... words) {
    assertThatThrownBy(call).isInstanceOfSatisfying(StorageFailure.class, failure -> {
      assertThat(failure.kind()).isEqualTo(kind);
      assertThat(failure.getMessage()).contains(words);
    });
  }

  private static void untouched(MemoryFiles files, ThrowingCallable call) {
    Map<String, byte[]> before = files.image();
    int changes = files.changes();
    assertThatThrownBy(call).isInstanceOf(StorageFailure.class);
    assertThat(files.changes()).isEqualTo(changes);
    files.requireSame(before);
  }

  @Test
  void whatWasNotedIsThereAfterOpeningAgain(@TempDir Path folder) {
    var files = new JdkFiles();
    String directory = folder.resolve("deep/n1").toString();
    Incarnation own;
    try (NodeDirectory node = open(files, directory, "c", "n1")) {
      own = node.identity().incarnation();
      node.rememberPeer("n2", PEER);
      node.markBootstrapped();
    }
    try (NodeDirectory node = NodeDirectory.open(files, directory, "c", "n1", 99, new JdkRandomSource())) {
      assertThat(node.identity().incarnation()).isEqualTo(own);
      assertThat(node.identity().peers()).containsEntry("n2", PEER).hasSize(1);
      assertThat(node.identity().bootstrapped()).isTrue();
      assertThat(node.identity().bootstrapDigest()).isEqualTo(77);
    }
  }

  @Test
  @DisplayName("ST-05 an engine without its CURRENT is refused untouched: RocksDB would begin a new one there and delete the files of the old")
  void anEngineWithoutCurrentIsRefusedUntouched() {
    var files = new MemoryFiles();
    try (NodeDirectory node = open(files, "/data", "c", "n1")) {
      node.makeEngineDirectory(); // New, or left by a crash while it was made.
      files.put("/data/engine/MANIFEST-000001", new byte[] {1});
      node.makeEngineDirectory();
      files.put("/data/engine/000007.sst", new byte[] {1});
      refused(Kind.CORRUPT, node::makeEngineDirectory, "/data/engine/CURRENT is missing", "member replace");
      untouched(files, node::makeEngineDirectory);
      files.put("/data/engine/CURRENT", new byte[] {1});
      node.makeEngineDirectory();
    }
  }

  @Test
  void aSecondProcessIsRefusedAndTheFileNamed(@TempDir Path folder) {
    var files = new JdkFiles();
    try (NodeDirectory held = open(files, folder.toString(), "c", "n1")) {
      refused(Kind.WRONG_DIRECTORY, () -> open(files, folder.toString(), "c", "n1"), folder + "/LOCK");
      assertThat(held.identity().nodeName()).isEqualTo("n1");
    }
    open(files, folder.toString(), "c", "n1").close();
  }

  @Test
  void anotherNodesAndAnotherClustersDirectoriesAreRefusedUntouched() {
    var files = new MemoryFiles();
    open(files, "/d", "c", "n1").close();
    refused(Kind.WRONG_DIRECTORY, () -> open(files, "/d", "c", "n2"), "'n1'", "'n2'");
    refused(Kind.WRONG_DIRECTORY, () -> open(files, "/d", "other", "n1"), "'c'", "'other'");
    untouched(files, () -> open(files, "/d", "other", "n1"));
  }

  @Test
  void aFolderWithSomethingElseInItIsRefusedUntouched() {
    var files = new MemoryFiles();
    files.put("/d/photo.jpg", new byte[] {1});
    refused(Kind.WRONG_DIRECTORY, () -> open(files, "/d", "c", "n1"), "photo.jpg", "IDENTITY");
    untouched(files, () -> open(files, "/d", "c", "n1"));
  }

  @Test
  void aLogWithoutAnIdentityIsNotTakenForANewDirectory() {
    var files = new MemoryFiles();
    files.put("/d/log/0000000001.seg", new byte[512]);
    refused(Kind.WRONG_DIRECTORY, () -> open(files, "/d", "c", "n1"), "'log'");
  }

  @Test
  void aNewerFormatIsRefusedUntouchedWithBothVersionsNamed() {
    var files = new MemoryFiles();
    files.put("/d/IDENTITY", "# by a later version\nformat=7\nshape=unknown\n".getBytes(StandardCharsets.UTF_8));
    refused(Kind.NEWER_FORMAT, () -> open(files, "/d", "c", "n1"), "format 7", "up to 2");
    untouched(files, () -> open(files, "/d", "c", "n1"));
  }

  @Test
  void everySpoiledByteOfTheIdentityIsNoticed() {
    var files = new MemoryFiles();
    open(files, "/d", "c", "n1").close();
    byte[] bytes = files.bytes("/d/IDENTITY");
    for (int i = 0; i < bytes.length; i++) {
      byte kept = bytes[i];
      bytes[i] ^= 4;
      assertThatThrownBy(() -> open(files, "/d", "c", "n1")).as("byte %d", i).isInstanceOf(StorageFailure.class);
      bytes[i] = kept;
    }
    open(files, "/d", "c", "n1").close();
  }

  @Test
  void aPeerThatLostItsDirectoryIsTold() {
    NodeDirectory node = open(new MemoryFiles(), "/d", "c", "n1");
    node.rememberPeer("n2", PEER);
    node.rememberPeer("n2", PEER);
    assertThatThrownBy(() -> node.rememberPeer("n2", new Incarnation(3, 4)))
        .isInstanceOf(IllegalStateException.class).hasMessageContaining(PEER.toString());
    assertThat(node.identity().peers()).containsEntry("n2", PEER);
  }

  /** Every change at which the machine can stop, and 20 outcomes of each: what was returned from stands. */
  @Test
  void aCrashAtAnyChangeLeavesTheOldIdentityOrTheNewOne() {
    for (int at = 0; ; at++) {
      var files = new MemoryFiles().crashAt(at);
      Incarnation own = null;
      boolean remembered = false;
      boolean marked = false;
      boolean stopped = false;
      try {
        NodeDirectory node = open(files, "/d", "c", "n1");
        own = node.identity().incarnation();
        node.rememberPeer("n2", PEER);
        remembered = true;
        node.markBootstrapped();
        marked = true;
      } catch (MemoryFiles.Crashed crash) {
        stopped = true;
      }
      for (int outcome = 0; outcome < 20; outcome++) {
        NodeDirectory node = NodeDirectory.open(files.crash(outcome), "/d", "c", "n1", 77, new JdkRandomSource(6));
        if (own != null) {
          assertThat(node.identity().incarnation()).as("crash at %d", at).isEqualTo(own);
        }
        assertThat(node.identity().peers().containsKey("n2")).as("crash at %d", at).isIn(true, remembered);
        assertThat(node.identity().bootstrapped()).as("crash at %d", at).isIn(true, marked);
      }
      if (!stopped) {
        assertThat(at).isGreaterThan(10);
        return;
      }
    }
  }
}
