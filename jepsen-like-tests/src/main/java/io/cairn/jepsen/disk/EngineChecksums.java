package io.cairn.jepsen.disk;

import io.cairn.jepsen.cluster.KvdNode;
import io.cairn.jepsen.cluster.KvdProcess;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Has RocksDB check every checksum of engines that nobody has open (SM-17); nothing is changed. */
final class EngineChecksums {
  private static final String PROGRAM = "VerifyEngine.java";

  private EngineChecksums() {}

  /** What is damaged, in RocksDB's words; empty when nothing is. The nodes do not run. */
  static Optional<String> damage(List<KvdNode> nodes) {
    try {
      Path source = Files.createTempDirectory("cairn-verify-").resolve(PROGRAM);
      try (InputStream text = EngineChecksums.class.getResourceAsStream(PROGRAM)) {
        Files.copy(text, source);
        String[] engines = nodes.stream().map(node -> node.directory().resolve("engine").toString()).toArray(String[]::new);
        Process process = KvdProcess.sameClasses(source, engines).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return process.waitFor() == 0 ? Optional.empty() : Optional.of(said);
      } finally {
        Files.deleteIfExists(source);
        Files.delete(source.getParent());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }
}
