package io.cairn.jepsen.damage;

import io.cairn.client.ClusterMembers;
import io.cairn.client.Consistency;
import io.cairn.client.GetOptions;
import io.cairn.client.KvClient;
import io.cairn.client.KvException;
import io.cairn.client.RefusedCode;
import io.cairn.client.RefusedException;
import io.cairn.client.ReplicaHash;
import io.cairn.client.UnknownOutcomeException;
import io.cairn.jepsen.cluster.Await;
import io.cairn.jepsen.cluster.KvdNode;
import io.cairn.jepsen.cluster.LocalCluster;
import io.cairn.jepsen.load.Replicas;
import io.cairn.jepsen.load.Writers;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.Supplier;

/**
 * Does one {@link DamageCase} after the other on a cluster under a light load: ends a node, damages a file of it, and starts it again while the
 * others go on. Either it must come back by itself, and hold then what the others hold; or it must end with the status of its kind and
 * name the file and what to do, which is done. What is read meanwhile, on any node, must never be older than what was acknowledged, and of all
 * that was acknowledged nothing may be missing, on any node, after each case.
 */
final class DamageUnderLoad {
  private static final Duration STEP_MOST = Duration.ofSeconds(60);
  private static final Duration CALL_MOST = Duration.ofSeconds(20);
  /** Nobody writes meanwhile; a node that has ended is not waited for longer. */
  private static final Duration COMPARE_MOST = Duration.ofSeconds(8);
  private static final int WRITERS = 3;
  private static final int KEYS_EACH = 300;
  private static final int FIRST_WRITES = 6_000;
  private static final int WRITES_LEAST = 30;
  private static final int SAMPLES = 12;
  private static final int DATA_SHARDS = 3;
  private static final int DISK_FAILED = 4;
  private static final int WRONG_DIRECTORY = 5;

  private final LocalCluster cluster;
  private final Path scratch;
  private final Random random;
  private final PrintStream say;
  private final List<String> violations = new ArrayList<>();
  private final Map<String, Path> firsts = new HashMap<>();
  private KvClient client;
  private Writers writers;
  private long before;
  private int nextNode = 4;

  /**
   * @param cluster that runs
   * @param scratch a folder for copies, which the caller deletes
   */
  DamageUnderLoad(LocalCluster cluster, Path scratch, long seed, PrintStream say) {
    this.cluster = cluster;
    this.scratch = scratch;
    this.random = new Random(seed);
    this.say = say;
  }

  /**
   * How a case went.
   *
   * @param said what the node wrote of it, a line; empty when nothing
   */
  record Result(DamageCase damage, String node, String file, Outcome outcome, String said, long millis) {}

  /** What must not be; empty when all is well. */
  List<String> violations() {
    return List.copyOf(violations);
  }

  List<Result> run(List<DamageCase> cases) {
    var results = new ArrayList<Result>();
    try (KvClient opened = cluster.client(CALL_MOST)) {
      client = opened;
      before = Replicas.revision(client);
      cluster.nodes().forEach(this::copyFirst);
      try (var writing = new Writers(client, WRITERS, KEYS_EACH); var reader = new NodeReader(cluster, writing, random.nextLong())) {
        writers = writing;
        writers.awaitMore(FIRST_WRITES, "at first", STEP_MOST);
        cluster.awaitReady();
        for (int i = 0; i < cases.size(); i++) {
          Result result = run(cases.get(i), prepared(cases.get(i), cluster.nodes().get(i % cluster.nodes().size())));
          say.printf("damage %d: %s of %s on %s: %s (%d ms)%s%n", i + 1, result.damage, result.file, result.node, result.outcome.words,
              result.millis, result.said.isEmpty() ? "" : "\n  " + result.said);
          results.add(result);
        }
        say.println("reads meanwhile: " + reader.reads());
        violations.addAll(reader.violations());
      }
    }
    return results;
  }

  /** Gives the node the past that the case needs, or another node in its place. */
  private KvdNode prepared(DamageCase damage, KvdNode node) {
    switch (damage.damage() == Damage.STALE || damage.target().needs() == Target.Past.SNAPSHOT ? damage.target().needs() : Target.Past.ANY) {
      case ANOTHER_MEMBER -> replace(cluster.others(node).getFirst()); // Each node notes whom it meets.
      case ANOTHER_LIFE -> {
        require(node.stop(STEP_MOST) == 0, node + " did not end in order");
        node.start();
        node.awaitReady(STEP_MOST);
      }
      case SNAPSHOT -> {
        return replace(node);
      }
      case ANY -> { }
    }
    return node;
  }

  private void copyFirst(KvdNode node) {
    Path first = scratch.resolve("first-" + node.name());
    NodeFiles.copy(node.directory(), first);
    firsts.put(node.name(), first);
  }

  private Result run(DamageCase damage, KvdNode node) {
    long began = System.nanoTime();
    Path earlier = scratch.resolve("earlier");
    Path saved = scratch.resolve("saved");
    NodeFiles.delete(earlier);
    NodeFiles.delete(saved);
    NodeFiles.copy(node.directory(), earlier);
    writers.awaitMore(WRITES_LEAST, "before " + damage, STEP_MOST);
    if (damage.inOrder()) {
      require(node.stop(STEP_MOST) == 0, node + " did not end in order");
    } else {
      node.kill();
    }
    NodeFiles.copy(node.directory(), saved);
    var files = new NodeFiles(node.directory(), earlier, firsts.get(node.name()), random);
    Target.Place place = new Target.Place("", 0);
    try {
      place = damage.target().find().apply(files);
      Path older = damage.damage() == Damage.STALE ? damage.target().older().apply(files) : null;
      damage.damage().apply(node.directory().resolve(place.file()), place.at(), older);
    } catch (IllegalStateException notTried) {
      violations.add(damage + " of " + place.file() + " on " + node + ": " + notTried.getMessage());
    }
    writers.awaitMore(WRITES_LEAST, "while " + node + " is away", STEP_MOST);
    readSome(GetOptions.DEFAULT, "while " + node + " is away");

    node.start();
    Outcome outcome = awaitOutcome(node);
    String said = said(node, outcome);
    if (!outcome.isRepaired()) {
      checkEnd(damage, node, place, said);
      bringBack(node, saved, outcome);
    }
    if (!damage.expected().contains(outcome)) {
      violations.add(damage + " of " + place.file() + " on " + node + ": " + outcome.words + "; " + said);
    }
    return new Result(damage, node.name(), place.file(), outcome, said, (System.nanoTime() - began) / 1_000_000);
  }

  /** Until the node serves and was compared with the others, or has ended. */
  private Outcome awaitOutcome(KvdNode node) {
    boolean ready = Await.until(node + " is ready or has ended", STEP_MOST,
        () -> !node.isRunning() ? Optional.of(false) : node.isReady() ? Optional.of(true) : Optional.empty(), node::log);
    if (!ready) {
      return Outcome.HALTED;
    }
    if (!agrees(node)) {
      return Outcome.STOPPED;
    }
    String told = node.process().stderr();
    if (!told.contains("the log is damaged; ")) {
      return Outcome.UNTOUCHED;
    }
    long suspects = count(told, " may lack entries that it has acknowledged");
    Await.until(node + " was brought up", STEP_MOST, () -> count(node.process().stderr(), " was brought up after its log had been damaged") >= suspects);
    return suspects > 0 ? Outcome.BROUGHT_UP : Outcome.MENDED;
  }

  private static long count(String text, String part) {
    return text.lines().filter(line -> line.contains(part)).count();
  }

  /** Compares all nodes, while nobody writes; false when the node has ended instead of giving what it holds. */
  private boolean agrees(KvdNode node) {
    try {
      violations.addAll(writers.quietly(this::compare));
      return true;
    } catch (KvException e) {
      try {
        node.process().awaitExit(CALL_MOST);
      } catch (IllegalStateException stillRuns) {
        throw new IllegalStateException(node + " runs, and does not tell what it holds: " + e.getMessage(), e);
      }
      return false;
    }
  }

  private List<String> compare() {
    try (KvClient asking = cluster.client(COMPARE_MOST)) {
      return compare(asking);
    }
  }

  private List<String> compare(KvClient asking) {
    List<String> nodes = cluster.nodes().stream().map(KvdNode::name).toList();
    List<String> found = new ArrayList<>(Replicas.violations(asking, nodes, writers.book(), before));
    long revision = Replicas.revision(asking);
    for (int shard = 1; shard <= DATA_SHARDS; shard++) {
      List<ReplicaHash> hashes = new ArrayList<>();
      for (String node : nodes) {
        hashes.add(asking.replicaHash(node, shard, revision));
      }
      if (hashes.stream().mapToLong(ReplicaHash::hash).distinct().count() > 1) {
        found.add("replicas of shard " + shard + " differ: " + hashes);
      }
    }
    nodes.forEach(node -> readSome(GetOptions.DEFAULT.withNode(node).withConsistency(Consistency.SERIALIZABLE), "of what " + node + " has"));
    return found;
  }

  private void readSome(GetOptions options, String when) {
    for (int i = 0; i < SAMPLES; i++) {
      writers.check(random, options).violation().ifPresent(what -> violations.add(when + ": " + what));
    }
  }

  private static String said(KvdNode node, Outcome outcome) {
    String what = outcome.isRepaired() ? "the log is damaged; " : " ERROR ";
    return node.process().stderr().lines().filter(line -> line.contains(what)).findFirst().orElse("");
  }

  private void checkEnd(DamageCase damage, KvdNode node, Target.Place place, String said) {
    int status = node.process().awaitExit(STEP_MOST);
    // Of a segment that is gone nobody knows the name: the one before it is named.
    boolean unnamed = damage.damage() == Damage.GONE && place.file().startsWith("log/");
    String name = unnamed ? "/log/" : place.file().substring(place.file().lastIndexOf('/') + 1);
    if (status != DISK_FAILED && status != WRONG_DIRECTORY || !said.contains(name)) {
      violations.add(damage + " of " + place.file() + " on " + node + ": ended with status " + status + " and said: " + said);
    }
  }

  /**
   * What the message says: a node that has not taken part since its files were saved gets them back; any other, and now and then one of those,
   * is replaced by a new one with an empty directory.
   */
  private void bringBack(KvdNode node, Path saved, Outcome outcome) {
    if (outcome == Outcome.HALTED && random.nextInt(6) > 0) {
      NodeFiles.delete(node.directory());
      NodeFiles.copy(saved, node.directory());
      node.start();
      node.awaitReady(STEP_MOST);
    } else {
      replace(node);
    }
    if (!agrees(node)) {
      throw new IllegalStateException(node + " was brought back and has ended; it wrote:\n" + node.log());
    }
  }

  private KvdNode replace(KvdNode lost) {
    if (lost.isRunning()) {
      lost.kill();
    }
    KvdNode fresh = cluster.join("n" + nextNode++);
    untilDone(() -> client.replaceMember(lost.name(), fresh.name(), fresh.addresses().peer(), fresh.addresses().advertised(), CALL_MOST));
    cluster.forget(lost);
    fresh.awaitReady(STEP_MOST);
    copyFirst(fresh);
    return fresh;
  }

  /** A learner may lag, and of a change whose driver was killed the end may not be heard: it is asked for again. */
  private void untilDone(Supplier<ClusterMembers> change) {
    Await.until("the members are changed", STEP_MOST, () -> {
      try {
        return Optional.of(change.get());
      } catch (UnknownOutcomeException e) {
        return Optional.empty();
      } catch (RefusedException e) {
        if (e.code() != RefusedCode.MEMBERS || !e.getMessage().contains("lags") && !e.getMessage().contains("quorum")) {
          throw e;
        }
        return Optional.empty();
      }
    }, cluster::logs);
  }

  private static void require(boolean so, String else_) {
    if (!so) {
      throw new IllegalStateException(else_);
    }
  }
}
