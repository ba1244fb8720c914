package io.cairn.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The file system as the log uses it. */
class JdkFilesTest {
  @TempDir Path folder;

  private final JdkFiles files = new JdkFiles();

  private String path(String name) {
    return folder.resolve(name).toString();
  }

  private static ByteBuffer bytes(int... values) {
    ByteBuffer buffer = ByteBuffer.allocateDirect(values.length);
    for (int value : values) {
      buffer.put((byte) value);
    }
    return buffer.flip();
  }

  @Test
  void whatIsWrittenIsReadBackAtItsPlace() throws IOException {
    try (StoredFile file = files.open(path("f"), true)) {
      file.write(bytes(1, 2, 3), 2);
      file.sync();
      assertThat(file.size()).isEqualTo(5);
      ByteBuffer found = ByteBuffer.allocate(10);
      assertThat(file.read(found, 1)).isEqualTo(4);
      assertThat(found.array()).startsWith(0, 1, 2, 3);
      assertThat(file.read(ByteBuffer.allocate(1), 5)).isZero();
      file.truncate(3);
      assertThat(file.size()).isEqualTo(3);
    }
  }

  @Test
  void creatingAFileThatExistsAndOpeningOneThatDoesNotFail() throws IOException {
    files.open(path("f"), true).close();
    assertThatThrownBy(() -> files.open(path("f"), true)).isInstanceOf(IOException.class);
    assertThatThrownBy(() -> files.open(path("g"), false)).isInstanceOf(IOException.class);
    assertThatThrownBy(() -> files.openReadOnly(path("g"))).isInstanceOf(IOException.class);
    try (StoredFile file = files.openReadOnly(path("f"))) {
      assertThatThrownBy(() -> file.write(bytes(1), 0)).isInstanceOf(RuntimeException.class);
    }
  }

  @Test
  void namesAreListedSortedAndChangedAsAsked() throws IOException {
    files.createDirectories(path("a/b/c"));
    files.createDirectories(path("a/b/c"));
    for (String name : new String[] {"z", "m", "k"}) {
      files.open(path("a/b/c/" + name), true).close();
    }
    files.rename(path("a/b/c/z"), path("a/b/c/m"));
    files.delete(path("a/b/c/k"));
    files.open(path("a/b/c/b"), true).close();
    files.syncDirectory(path("a/b/c"));
    assertThat(files.list(path("a/b/c"))).containsExactly("b", "m");
    assertThat(files.list(path("nowhere"))).isEmpty();
    assertThat(files.exists(path("a/b/c/m"))).isTrue();
    assertThat(files.exists(path("a/b/c/z"))).isFalse();
    assertThat(files.freeBytes(folder.toString())).isPositive();
  }

  @Test
  void aLockIsHeldUntilItIsClosed() throws Exception {
    AutoCloseable lock = files.lock(path("LOCK"));
    assertThatThrownBy(() -> files.lock(path("LOCK"))).isInstanceOf(IOException.class).hasMessageContaining(path("LOCK"));
    lock.close();
    files.lock(path("LOCK")).close();
  }

  @Test
  void aLockForReadingMakesNothingAndKeepsOthersOut() throws Exception {
    assertThatThrownBy(() -> files.lockForReading(path("LOCK"))).isInstanceOf(IOException.class).hasMessageContaining(path("LOCK"));
    assertThat(files.exists(path("LOCK"))).isFalse();
    files.lock(path("LOCK")).close();
    try (AutoCloseable reading = files.lockForReading(path("LOCK"))) {
      assertThat(reading).isNotNull();
      assertThat(runInAnotherProcess(LockTaker.class)).as("a node that wants the directory").isEqualTo(7);
      assertThat(runInAnotherProcess(LockReader.class)).as("another one that reads").isZero();
    }
    try (AutoCloseable lock = files.lock(path("LOCK"))) {
      assertThat(lock).isNotNull();
      assertThat(runInAnotherProcess(LockReader.class)).isEqualTo(7);
    }
  }

  @Test
  void aLockHoldsAgainstAnotherProcess() throws Exception {
    try (AutoCloseable lock = files.lock(path("LOCK"))) {
      assertThat(lock).isNotNull();
      assertThat(runInAnotherProcess(LockTaker.class)).isEqualTo(7);
    }
    assertThat(runInAnotherProcess(LockTaker.class)).isZero();
  }

  private int runInAnotherProcess(Class<?> main) throws Exception {
    Process other = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp",
        System.getProperty("java.class.path"), main.getName(), path("LOCK")).inheritIO().start();
    assertThat(other.waitFor(30, TimeUnit.SECONDS)).isTrue();
    return other.exitValue();
  }

  /** Ends with status 7 when the lock is held by one that does not only read. */
  static final class LockReader {
    public static void main(String[] arguments) throws Exception {
      try (AutoCloseable lock = new JdkFiles().lockForReading(arguments[0])) {
        System.exit(lock == null ? 1 : 0);
      } catch (IOException held) {
        System.exit(7);
      }
    }
  }

  /** Ends with status 7 when the lock is held by another. */
  static final class LockTaker {
    public static void main(String[] arguments) throws Exception {
      try (AutoCloseable lock = new JdkFiles().lock(arguments[0])) {
        System.exit(lock == null ? 1 : 0);
      } catch (IOException held) {
        System.exit(7);
      }
    }
  }

  @Test
  @DisplayName("ST-09 an interrupted thread is refused, and the file stays open for others")
  void interruptedThread() throws Exception {
    try (StoredFile file = files.open(path("f"), true)) {
      AtomicReference<Throwable> refused = new AtomicReference<>();
      Thread foreign = new Thread(() -> {
        Thread.currentThread().interrupt();
        try {
          file.write(bytes(1), 0);
        } catch (IOException told) {
          refused.set(told);
        }
      });
      foreign.start();
      foreign.join();
      assertThat(refused.get()).isInstanceOf(IOException.class).hasMessageContaining("ST-09");
      file.write(bytes(2), 0);
      file.sync();
    }
  }

  @Test
  @DisplayName("ST-09 a loop's thread cannot be interrupted in the middle of its I/O")
  void interruptedLoop() throws Exception {
    AtomicReference<Throwable> failed = new AtomicReference<>();
    var loops = new JdkEventLoops(true, (loop, cause) -> failed.set(cause));
    EventLoop loop = loops.start("log-writer");
    var thread = new AtomicReference<Thread>();
    var started = new CountDownLatch(1);
    var ended = new CountDownLatch(1);
    loop.execute(() -> {
      try (StoredFile file = files.open(path("f"), true)) {
        thread.set(Thread.currentThread());
        started.countDown();
        for (int i = 0; i < 200; i++) {
          file.write(bytes(i), i);
          file.sync();
        }
      } catch (IOException broken) {
        throw new IllegalStateException(broken);
      } finally {
        ended.countDown();
      }
    });
    assertThat(started.await(10, TimeUnit.SECONDS)).isTrue();
    while (ended.getCount() > 0) {
      thread.get().interrupt();
      Thread.onSpinWait();
    }
    assertThat(failed.get()).isNull();
    assertThat(files.openReadOnly(path("f")).size()).isEqualTo(200);
    loops.stop(loop);
  }
}
