package io.cairn.storage.engine;

import io.cairn.storage.StorageFailure;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.List;

/** A RocksDB engine in a folder of its own, which goes away with it. Test scope. */
public final class ScratchEngine implements AutoCloseable {
  public static final EngineSettings SMALL = new EngineSettings(4 << 20, 16 << 20, 1);

  public final Path directory;
  public final List<StorageFailure> failures = new CopyOnWriteArrayList<>();
  private final EngineSettings settings;
  private Engine engine;
  private long nextStore = 1;

  public ScratchEngine() {
    this(SMALL);
  }

  public ScratchEngine(EngineSettings settings) {
    this.settings = settings;
    try {
      directory = Files.createTempDirectory("cairn-engine");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    open();
  }

  public Engine engine() {
    return engine;
  }

  /** A store number that no test has used in this engine. */
  public long newStore() {
    return nextStore++;
  }

  /** What a crash does: everything that is not flushed is lost (there is no write-ahead log). */
  public Engine crash() {
    engine.close();
    return open();
  }

  public Engine open() {
    engine = new RocksEngines(settings, failures::add).open(directory.resolve("engine").toString());
    return engine;
  }

  @Override
  public void close() {
    engine.close();
    delete(directory);
  }

  public static void delete(Path directory) {
    if (!Files.exists(directory)) {
      return;
    }
    try (var paths = Files.walk(directory)) {
      for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
