package io.cairn.jepsen.disk;

import io.cairn.client.GetOptions;
import io.cairn.client.KvClient;
import io.cairn.jepsen.cluster.KvdNode;
import io.cairn.jepsen.cluster.LocalCluster;
import io.cairn.jepsen.load.Replicas;
import io.cairn.jepsen.load.Writers;
import io.cairn.jepsen.load.Writes.Outcome;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/**
 * Takes the power from one node, or from all at once, while clients write; gives it back, and waits until every node is ready. After each
 * time of all at once RocksDB checks every checksum of what is left of the engines; after each time some of what was acknowledged is read, in the end every replica must hold all of it, and all of them the same. Each power failure
 * falls among writes: so many were acknowledged since the last one, and of one node so many while it is away, or the run fails.
 */
public final class PowerFailUnderLoad {
  private static final Duration STEP_MOST = Duration.ofSeconds(90);
  private static final Duration CALL_MOST = Duration.ofSeconds(20);
  private static final int WRITERS = 16;
  private static final int KEYS_EACH = 300;
  private static final int BEFORE_LEAST = 200;
  private static final int MEANWHILE_LEAST = 50;
  private static final int SAMPLES = 30;
  /** The exit status of a node whose disk has failed. */
  private static final int DISK_FAILED = 4;

  private final LocalCluster cluster;
  private final NodeDisks disks;
  private final Random random;
  private final PrintStream say;
  private final List<String> violations = new ArrayList<>();
  private int reads;

  /** @param cluster that runs, with its data on the disks */
  public PowerFailUnderLoad(LocalCluster cluster, NodeDisks disks, long seed, PrintStream say) {
    this.cluster = cluster;
    this.disks = disks;
    this.random = new Random(seed);
    this.say = say;
  }

  /**
   * How it went.
   *
   * @param violations what must not be; empty when nothing was lost, invented or different among replicas
   */
  public record Verdict(int ofOne, int ofAll, long acknowledged, long refused, long unknown, int reads, List<String> violations) {}

  /** @throws IllegalStateException when a node does not come back, or there was too little to lose */
  public Verdict run(int ofOne, int ofAll) throws IOException {
    List<Boolean> turns = new ArrayList<>(Collections.nCopies(ofOne, false));
    turns.addAll(Collections.nCopies(ofAll, true));
    Collections.shuffle(turns, random);
    try (KvClient client = cluster.client(CALL_MOST)) {
      long before = Replicas.revision(client);
      var writers = new Writers(client, WRITERS, KEYS_EACH);
      try (writers) {
        for (int i = 0; i < turns.size(); i++) {
          writers.awaitMore(BEFORE_LEAST, "before power failure " + i, STEP_MOST);
          if (turns.get(i)) {
            ofAll(i);
          } else {
            ofOne(i, writers);
          }
          cluster.awaitReady();
          readSome(writers);
        }
        writers.awaitMore(BEFORE_LEAST, "after the last power failure", STEP_MOST);
      }
      cluster.awaitReady();
      List<String> nodes = cluster.nodes().stream().map(KvdNode::name).toList();
      violations.addAll(Replicas.violations(client, nodes, writers.book(), before));
      return new Verdict(ofOne, ofAll, writers.acknowledged(), writers.book().count(Outcome.REFUSED), writers.book().count(Outcome.UNKNOWN), reads,
          List.copyOf(violations));
    }
  }

  /** By turns the leader of shard 0, with which all others lie together, and any node; by turns killed, and left to see that its disk is gone. */
  private void ofOne(int number, Writers writers) throws IOException {
    KvdNode node = random.nextBoolean() ? cluster.leaderOf(0) : cluster.nodes().get(random.nextInt(cluster.nodes().size()));
    boolean left = random.nextInt(3) == 0;
    say.println("power failure " + number + ": of " + node + (left ? ", which is left to itself" : ""));
    disks.of(node.name()).cutPower();
    if (left) {
      int status = node.process().awaitExit(STEP_MOST);
      if (status != DISK_FAILED) {
        violations.add(node + " without its disk ended with status " + status);
      }
    } else {
      node.kill();
    }
    writers.awaitMore(MEANWHILE_LEAST, "while " + node + " has no power", STEP_MOST);
    disks.of(node.name()).comeBack();
    node.start();
  }

  private void ofAll(int number) throws IOException {
    say.println("power failure " + number + ": of all nodes");
    for (KvdNode node : cluster.nodes()) {
      disks.of(node.name()).cutPower();
    }
    cluster.nodes().forEach(KvdNode::kill);
    for (KvdNode node : cluster.nodes()) {
      disks.of(node.name()).comeBack();
    }
    EngineChecksums.damage(cluster.nodes()).ifPresent(what -> violations.add("after power failure " + number + ": " + what));
    cluster.nodes().forEach(KvdNode::start);
  }

  /** On every node, linearizable, while the writers go on. */
  private void readSome(Writers writers) {
    for (int i = 0; i < SAMPLES; i++) {
      KvdNode node = cluster.nodes().get(i % cluster.nodes().size());
      Writers.Checked checked = writers.check(random, GetOptions.DEFAULT.withNode(node.name()));
      reads += checked.read() ? 1 : 0;
      checked.violation().ifPresent(what -> violations.add(node + ": " + what));
    }
  }
}
