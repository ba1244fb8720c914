package io.cairn.jepsen;

import io.cairn.jepsen.cluster.KvdNode;
import io.cairn.jepsen.cluster.LocalCluster;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** {@code bin/kvctl} as a process, against a cluster. */
record Kvctl(LocalCluster cluster) {
  private static final Path SCRIPT = Path.of("..", "bin", "kvctl");
  private static final int MOST_SECONDS = 60;

  /** How a command ended. */
  record Ended(int status, String out, String err) {
    List<String> lines() {
      return out.lines().toList();
    }
  }

  /** Starts it, with its output in files; whoever starts it ends it. */
  Process start(Path out, Path err, String... arguments) throws IOException {
    var command = new ArrayList<>(List.of(SCRIPT.toAbsolutePath().normalize().toString()));
    command.addAll(List.of(arguments));
    var builder = new ProcessBuilder(command).redirectInput(new File("/dev/null")).redirectOutput(out.toFile()).redirectError(err.toFile());
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    builder.environment().put("KVCTL_ENDPOINTS", cluster.nodes().stream().map(KvdNode::addresses).map(each -> each.advertised())
        .collect(Collectors.joining(",")));
    return builder.start();
  }

  Ended run(String... arguments) throws IOException, InterruptedException {
    Path out = Files.createTempFile("kvctl-out-", ".txt");
    Path err = Files.createTempFile("kvctl-err-", ".txt");
    try {
      Process process = start(out, err, arguments);
      if (!process.waitFor(MOST_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new IllegalStateException("kvctl " + String.join(" ", arguments) + " has not ended; it wrote " + Files.readString(err));
      }
      return new Ended(process.exitValue(), Files.readString(out, StandardCharsets.UTF_8), Files.readString(err, StandardCharsets.UTF_8));
    } finally {
      Files.delete(out);
      Files.delete(err);
    }
  }
}
