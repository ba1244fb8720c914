package io.cairn.cli;

import io.cairn.cli.rehearsal.StandInNode;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Every command once, as it is run, against a node that is none: for the JVM to write down what commands need of it. */
public final class Rehearsal {
  /** As typed. */
  static final List<String> LINES = List.of("put rehearsal value", "get rehearsal", "get rehearsal -w json", "get rehearsal --consistency serializable",
      "range --prefix r", "range a z --limit 1 -w table", "range --prefix r -w json", "ls", "del rehearsal", "txn -w json", "load -", "status", "nodes",
      "shards", "shards --of rehearsal", "shards --hash", "member list", "transfer 1 n1", "compact 2", "history rehearsal", "history",
      "env rehearsal -- true", "watch --help" /* it goes on until it is ended */,
      "lease grant 30s", "lease keep-alive 1 --once", "lease list", "lock rehearsal -- true", "elect rehearsal value -- true", "service list rehearsal",
      "who --locking rehearsal", "who --leasing rehearsal -w json", "who --watching rehearsal", "completion bash", "version");

  private Rehearsal() {}

  public static void main(String[] args) throws IOException {
    Kvctl.quiet();
    run(new PrintWriter(System.err, true, StandardCharsets.UTF_8));
  }

  /** Returns the lines that did not end with status 0. */
  static List<String> run(PrintWriter err) throws IOException {
    var failed = new ArrayList<String>();
    try (StandInNode node = StandInNode.listen()) {
      for (String line : LINES) {
        var typed = new ArrayList<>(List.of("--endpoints", node.address(), "--timeout", "5s"));
        typed.addAll(List.of(line.split(" ")));
        var in = new ByteArrayInputStream((line.startsWith("txn") ? "get rehearsal\n" : "rehearsal\tvalue\n").getBytes(StandardCharsets.UTF_8));
        int status = Kvctl.run(typed.toArray(new String[0]), Map.of(), in, new ByteArrayOutputStream(), err);
        if (status != ExitStatus.DONE) {
          failed.add(line + " ended with status " + status);
        }
      }
    }
    return failed;
  }
}
