package io.cairn.server.main;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.platform.JdkFiles;
import io.cairn.platform.JdkRandomSource;
import io.cairn.raft.ReplicaId;
import io.cairn.raft.log.Entry;
import io.cairn.raft.log.EntryKind;
import io.cairn.raft.log.HardState;
import io.cairn.storage.directory.NodeDirectory;
import io.cairn.storage.log.LogSettings;
import io.cairn.storage.log.LogWrite;
import io.cairn.storage.log.ReplicaKey;
import io.cairn.storage.log.SharedLog;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code kvd log} through the command line, on directories as a node leaves them. */
class LogCommandTest {
  private static final ReplicaKey REPLICA = new ReplicaKey(1, new ReplicaId(7));

  @TempDir
  Path folder;
  private Path data;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @BeforeEach
  void aDirectory() throws IOException {
    data = folder.resolve("data");
    try (NodeDirectory directory = NodeDirectory.open(new JdkFiles(), data.toString(), "demo", "n1", 1, new JdkRandomSource());
        SharedLog log = SharedLog.open(new JdkFiles(), directory.logDirectory(), new LogSettings(16 << 10, 0, "demo"))) {
      directory.markBootstrapped();
      log.append(List.of(new LogWrite(REPLICA, Optional.of(new HardState(3, 7, 0)),
          List.of(new Entry(3, 1, EntryKind.LEADER, new byte[0]), new Entry(3, 2, EntryKind.COMMAND, new byte[40])), Optional.empty())));
    }
    Files.createDirectories(data.resolve("engine"));
  }

  private ExitStatus run(String... arguments) {
    out.reset();
    err.reset();
    return new Kvd(Map.of(), new PrintStream(out, true, StandardCharsets.UTF_8), new PrintStream(err, true, StandardCharsets.UTF_8),
        (_, _, _) -> {
          throw new AssertionError("nothing is started here");
        }).run(List.of(arguments));
  }

  /** Every name with size, bytes, time of its last change and of its inode's. */
  private Map<String, String> everything() throws IOException {
    Map<String, String> all = new TreeMap<>();
    try (var paths = Files.walk(folder)) {
      for (Path path : (Iterable<Path>) paths::iterator) {
        BasicFileAttributes of = Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        // A process that closes a file gives back every lock it has on it: the empty LOCK is not opened here.
        String bytes = of.isDirectory() ? "folder" : of.size() == 0 ? "empty" : HexFormat.of().toHexDigits(crc(Files.readAllBytes(path))) + " " + of.size();
        all.put(folder.relativize(path).toString(), bytes + " " + of.lastModifiedTime() + " " + Files.getAttribute(path, "unix:ctime"));
      }
    }
    return all;
  }

  private static int crc(byte[] bytes) {
    var crc = new CRC32C();
    crc.update(bytes);
    return (int) crc.getValue();
  }

  @Test
  void aSoundLogIsSaidToBe() throws IOException {
    Map<String, String> before = everything();
    assertThat(run("log", "verify", data.toString())).isEqualTo(ExitStatus.OK);
    assertThat(out.toString(StandardCharsets.UTF_8)).endsWith("\n1 segment, 1 batch, 2 entries: no problem\n");
    assertThat(err.toString(StandardCharsets.UTF_8)).isEmpty();
    assertThat(run("log", "dump", data + "/", "--shard=1", "--from", "2")).isEqualTo(ExitStatus.OK);
    assertThat(out.toString(StandardCharsets.UTF_8).lines()).containsExactly(
        "segment 1 byte 0: of cluster demo, 16384 bytes, begun at write 1 and batch 1, the first",
        "segment 1 byte 4646: write 1 shard 1 replica 7 term 3, vote 7, commit 0",
        "segment 1 byte 4683: write 1 shard 1 replica 7 log: 3/1 to 3/2 after 0/0",
        "segment 1 byte 4741: write 1 shard 1 replica 7 3/2 COMMAND 40 bytes",
        "segment 1 byte 8206: write 1 shard 1 replica 7 term 3, vote 7, commit 0 (second copy)");
    assertThat(everything()).as("the directory, every byte and every time in it").isEqualTo(before);
  }

  @Test
  @DisplayName("UP-04 ST-03 damage is told with file and byte, under a status of its own, and nothing is touched")
  void damageIsTold() throws IOException {
    Path segment = data.resolve("log/0000000001.seg");
    byte[] bytes = Files.readAllBytes(segment);
    bytes[4800] ^= 1;
    Files.write(segment, bytes);
    Path identity = data.resolve("IDENTITY");
    Files.writeString(identity, Files.readString(identity).replace("node=n1", "node=n2"));
    Map<String, String> before = everything();
    for (String verb : List.of("verify", "dump")) {
      assertThat(run("log", verb, data.toString())).isEqualTo(ExitStatus.DAMAGED);
      assertThat(out.toString(StandardCharsets.UTF_8)).contains("PROBLEM: " + identity + ": its checksum does not fit its text",
          "byte 4608: PROBLEM: the first sector of batch 1 fails its check", "1 segment, 0 batches, 0 entries: 2 problems\n");
    }
    assertThat(everything()).isEqualTo(before);
  }

  @Test
  @DisplayName("UP-04 a newer format is refused with both versions named")
  void aNewerFormatIsRefused() throws IOException {
    Path segment = data.resolve("log/0000000001.seg");
    byte[] bytes = Files.readAllBytes(segment);
    Files.write(segment, ByteBuffer.wrap(bytes).putInt(8, 7).putInt(4096 + 8, 7).array());
    assertThat(run("log", "verify", data.toString())).isEqualTo(ExitStatus.NEWER_FORMAT);
    assertThat(err.toString(StandardCharsets.UTF_8)).contains("log format 7, this version reads up to 1; nothing was touched").hasLineCount(1);
    Files.write(segment, bytes);
    Path identity = data.resolve("IDENTITY");
    Files.writeString(identity, Files.readString(identity).replace("format=2", "format=3"));
    assertThat(run("log", "dump", data.toString())).isEqualTo(ExitStatus.NEWER_FORMAT);
    assertThat(err.toString(StandardCharsets.UTF_8)).contains("has format 3, this version reads up to 2");
    assertThat(out.toString(StandardCharsets.UTF_8)).isEmpty();
  }

  @Test
  void aDirectoryThatIsNoneIsSaidToBe() throws IOException {
    assertThat(run("log", "verify", folder.resolve("gone\u0007").toString())).isEqualTo(ExitStatus.WRONG_DIRECTORY);
    assertThat(err.toString(StandardCharsets.UTF_8)).contains("there is no " + folder + "/gone\\x07; give a node's data directory, its storage.dir")
        .hasLineCount(1);
    assertThat(run("log", "verify", folder.toString())).isEqualTo(ExitStatus.WRONG_DIRECTORY);
    assertThat(err.toString(StandardCharsets.UTF_8)).contains("is not a node's data directory: that is its storage.dir, and holds IDENTITY, log/");
    assertThat(run("log", "dump", data.resolve("log").toString())).isEqualTo(ExitStatus.WRONG_DIRECTORY);
    assertThat(err.toString(StandardCharsets.UTF_8)).contains("lies in a node's data directory; give the directory above it");
    assertThat(run("log", "dump", data.resolve("log/reserve.seg").toString())).isEqualTo(ExitStatus.WRONG_DIRECTORY);
    assertThat(Files.list(folder)).containsExactly(data);
  }

  @Test
  void whatIsTypedWronglyIsSaidInWords() {
    assertThat(run("log")).isEqualTo(ExitStatus.BAD_CONFIGURATION);
    assertThat(err.toString(StandardCharsets.UTF_8)).contains("'dump' or 'verify' must follow");
    assertThat(run("log", "print")).isEqualTo(ExitStatus.BAD_CONFIGURATION);
    assertThat(err.toString(StandardCharsets.UTF_8)).contains("'print' is neither 'dump' nor 'verify'");
    assertThat(run("log", "verify")).isEqualTo(ExitStatus.BAD_CONFIGURATION);
    assertThat(err.toString(StandardCharsets.UTF_8)).contains("no directory is given");
    assertThat(run("log", "verify", "a", "b", "--shard", "1")).isEqualTo(ExitStatus.BAD_CONFIGURATION);
    assertThat(err.toString(StandardCharsets.UTF_8)).contains("two directories are given, a and b", "'--shard' is not understood; verify takes");
    assertThat(run("log", "dump", "a", "--shard", "-1", "--from=x", "--from")).isEqualTo(ExitStatus.BAD_CONFIGURATION);
    assertThat(err.toString(StandardCharsets.UTF_8)).contains("--shard takes a number from 0 on, was '-1'", "--from takes a number from 0 on, was 'x'",
        "--from needs a number");
    assertThat(run("log", "--help")).isEqualTo(ExitStatus.OK);
    assertThat(out.toString(StandardCharsets.UTF_8)).contains("kvd log verify DIR", "--from INDEX");
  }

  @Test
  void aDirectoryWithoutItsLockFileGetsNone() throws IOException {
    Files.delete(data.resolve("LOCK"));
    Map<String, String> before = everything();
    assertThat(run("log", "verify", data.toString())).isEqualTo(ExitStatus.OK);
    assertThat(everything()).isEqualTo(before);
  }

  @Test
  void asAProcessItIsRefusedWhileTheNodeRunsAndWorksWhenItIsStopped() throws Exception {
    try (NodeDirectory running = NodeDirectory.open(new JdkFiles(), data.toString(), "demo", "n1", 1, new JdkRandomSource())) {
      assertThat(running.identity().nodeName()).isEqualTo("n1");
      Map<String, String> before = everything();
      assertThat(process("log", "verify", data.toString())).isEqualTo(ExitStatus.WRONG_DIRECTORY.code());
      assertThat(err.toString(StandardCharsets.UTF_8)).contains("kvd log: " + data + " is in use: another process holds the lock on " + data
          + "/LOCK. It can be looked at when the node is stopped");
      assertThat(everything()).isEqualTo(before);
    }
    Map<String, String> before = everything();
    assertThat(process("log", "verify", data.toString())).isZero();
    assertThat(out.toString(StandardCharsets.UTF_8)).endsWith("1 segment, 1 batch, 2 entries: no problem\n");
    assertThat(everything()).isEqualTo(before);
    NodeDirectory.open(new JdkFiles(), data.toString(), "demo", "n1", 1, new JdkRandomSource()).close();
  }

  /** The real entry point, as bin/kvd starts it. */
  private int process(String... arguments) throws Exception {
    Path said = folder.resolveSibling(folder.getFileName() + ".out");
    Path complained = folder.resolveSibling(folder.getFileName() + ".err");
    List<String> command = new ArrayList<>(List.of(System.getProperty("java.home") + "/bin/java", "-Xmx48m", "-XX:+UseSerialGC",
        "-XX:TieredStopAtLevel=1", "-cp", System.getProperty("java.class.path"), Kvd.class.getName()));
    command.addAll(List.of(arguments));
    try {
      Process process = new ProcessBuilder(command).redirectOutput(said.toFile()).redirectError(complained.toFile()).start();
      boolean ended = process.waitFor(60, TimeUnit.SECONDS);
      process.destroyForcibly();
      assertThat(ended).isTrue();
      out.reset();
      out.write(Files.readAllBytes(said));
      err.reset();
      err.write(Files.readAllBytes(complained));
      return process.exitValue();
    } finally {
      Files.deleteIfExists(said);
      Files.deleteIfExists(complained);
    }
  }
}
