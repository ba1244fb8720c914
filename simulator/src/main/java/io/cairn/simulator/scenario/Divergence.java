package io.cairn.simulator.scenario;

import io.cairn.client.ReplicaHash;
import io.cairn.client.core.Operation;
import io.cairn.raft.Ready;
import io.cairn.raft.SnapshotMeta;
import io.cairn.raft.log.Entry;
import io.cairn.raft.log.EntryKind;
import io.cairn.server.replica.Replica;
import io.cairn.server.replica.ReplicaTap;
import io.cairn.simulator.SimWorld;
import io.cairn.simulator.cluster.ClusterSettings;
import io.cairn.simulator.cluster.SimClient;
import io.cairn.simulator.cluster.SimCluster;
import io.cairn.simulator.cluster.SimNode;
import io.cairn.simulator.disk.CrashLoss;
import io.cairn.simulator.schedule.SimFailure;
import io.cairn.simulator.schedule.SimRandom;
import io.cairn.storage.engine.Family;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletionException;

/**
 * One replica comes to hold something else than the others, without a word: a byte of a value changes behind the apply path, or an entry is applied
 * otherwise than it is written. Under load it must be found within a bounded time, show nothing from then on, be rebuilt, and hold what the others hold; no
 * other replica is fenced, and no acknowledged write is lost. Half of the seeds take the node's power in the middle of that.
 */
public final class Divergence {
  private static final long MILLI = 1_000_000L;
  private static final long SECOND = 1_000 * MILLI;
  /** A pass over the keys begins twelve seconds after the last, at an interval of one; a comparison follows within seconds. */
  private static final long FOUND_NANOS_MAX = 30 * SECOND;
  private static final long REBUILT_NANOS_MAX = 60 * SECOND;
  private static final int SHARD = 1;
  private static final int KEYS = 10;
  private static final String VICTIM = "victim";
  private static final String PADDING = "x".repeat(24);
  /** Of a key that is written once: what is written again soon is soon the same again, and has been seen by few. */
  private static final String WRITTEN_ONCE = "o".repeat(24);

  /** What is wrong on one node. */
  public enum Damage {
    STORED_BYTE,
    ENTRY
  }

  /**
   * How it went.
   *
   * @param foundNanos from the damage until the replica was fenced
   * @param rebuiltNanos from there until it took part again
   * @param comparisons of all leaders
   */
  public record Result(Damage damage, boolean ofTheLeader, long foundNanos, long rebuiltNanos, int comparisons, int acknowledged) {}

  private final SimWorld world;
  private final SimRandom random;
  private final SimCluster cluster;
  private final SimClient client;
  private final Damage damage;
  private final boolean ofTheLeader;
  private final boolean crashes;
  private final TreeSet<String> fenced = new TreeSet<>();
  private final TreeSet<String> rebuilt = new TreeSet<>();
  /** What each key may hold: the last acknowledged value, or one that was tried later. */
  private final Map<String, Integer> acknowledged = new TreeMap<>();
  private int comparisons;
  private int written;
  private boolean stopping;
  private boolean idle;
  /** The node that is to apply the next entry with a value otherwise. */
  private String struckNext;

  private Divergence(long seed) {
    this.world = new SimWorld(seed);
    this.random = world.random("divergence");
    this.damage = seed % 2 == 0 ? Damage.STORED_BYTE : Damage.ENTRY;
    this.ofTheLeader = seed / 2 % 2 == 0;
    this.crashes = seed / 4 % 2 == 0;
    this.cluster = new SimCluster(world, ClusterSettings.threeNodes().withNodes(seed % 5 == 0 ? 5 : 3).withNetLoops((int) random.between(1, 2))
        .with("storage.hash-check-interval", "1s"));
    this.client = cluster.newClient();
    cluster.nodes().forEach(node -> node.taps(_ -> new Tap(node.name())));
  }

  /** @throws SimFailure with the seed, when something does not hold */
  public static Result run(long seed) {
    return new Divergence(seed).tell();
  }

  private Result tell() {
    cluster.start();
    cluster.awaitReady();
    cluster.await(client.put(VICTIM, PADDING));
    write();
    world.runFor(random.between(1_000, 3_000) * MILLI);
    SimNode leader = cluster.awaitLeader(SHARD);
    SimNode struck = ofTheLeader ? leader : cluster.nodes().stream().filter(node -> node != leader).findFirst().orElseThrow();
    strike(struck);
    long began = world.nowNanos();
    world.runUntil("the replica of " + struck.name() + " is fenced", () -> fenced.contains(struck.name()), FOUND_NANOS_MAX);
    long found = world.nowNanos();
    if (crashes) {
      world.runFor(random.between(0, 30) * MILLI);
      struck.crash(CrashLoss.DRAWN);
      world.runFor(random.between(0, 2_000) * MILLI);
      struck.start();
    } else {
      showsNothingWrong(struck);
    }
    world.runUntil("the replica of " + struck.name() + " is rebuilt", () -> rebuilt.contains(struck.name()), REBUILT_NANOS_MAX);
    long took = world.nowNanos() - found;
    stopping = true;
    world.runUntil("the writer has ended", () -> idle, 60 * SECOND);
    cluster.awaitReady();
    check(fenced.equals(new TreeSet<>(List.of(struck.name()))), "%s was damaged, and fenced were %s", struck.name(), fenced);
    readBack();
    compareHashes();
    cluster.close();
    return new Result(damage, ofTheLeader, found - began, took, comparisons, acknowledged.size());
  }

  private void strike(SimNode node) {
    if (damage == Damage.ENTRY) {
      struckNext = node.name();
    } else {
      check(node.machine().engineDisk().rot(Family.NEWEST, VICTIM.getBytes(StandardCharsets.UTF_8)), "%s holds %s", node.name(), VICTIM);
    }
  }

  /** From the moment it was fenced. */
  private void showsNothingWrong(SimNode node) {
    for (int tries = 0; tries < 3 && !rebuilt.contains(node.name()); tries++) {
      try {
        String value = cluster.await(client.getFrom(node.name(), VICTIM)).valueUtf8().orElse("");
        check(value.equals(PADDING), "%s shows %s of the damaged key after it was fenced", node.name(), value);
      } catch (CompletionException refused) {
        // It may say nothing; only nothing wrong.
      }
    }
  }

  private void write() {
    if (stopping) {
      idle = true;
      return;
    }
    boolean once = written % 3 == 0;
    String key = once ? "once" + written : "k" + written % KEYS;
    int value = ++written;
    client.put(key, value + ":" + (once ? WRITTEN_ONCE : PADDING), 5 * SECOND).whenComplete((_, failure) -> {
      if (failure == null) {
        acknowledged.put(key, value);
      }
      world.scheduler().after(random.between(10, 100) * MILLI, "think", this::write);
    });
  }

  private void readBack() {
    SimClient reader = cluster.newClient();
    for (SimNode node : cluster.nodes()) {
      check(cluster.await(reader.getFrom(node.name(), VICTIM)).valueUtf8().orElse("").equals(PADDING), "%s shows another value of the damaged key",
          node.name());
      acknowledged.forEach((key, least) -> {
        String value = cluster.await(reader.getFrom(node.name(), key)).valueUtf8().orElse("0:");
        int at = value.indexOf(':');
        check(Integer.parseInt(value.substring(0, at)) >= least && value.substring(at + 1).equals(key.startsWith("once") ? WRITTEN_ONCE : PADDING), "%s shows %s = %s, %d was acknowledged",
            node.name(), key, value, least);
      });
    }
  }

  private void compareHashes() {
    TreeSet<String> hashes = new TreeSet<>();
    SimClient asker = cluster.newClient(); // The connections of the other one may have been reset.
    long revision = cluster.await(asker.get(VICTIM)).revision();
    for (SimNode node : cluster.nodes()) {
      ReplicaHash hash = cluster.await(asker.start(new Operation.Hash(node.name(), SHARD, revision), 10 * SECOND));
      hashes.add(Long.toHexString(hash.hash()) + " of " + hash.keys() + " keys");
    }
    check(hashes.size() == 1, "replicas hold different things in the end: %s", hashes);
  }

  private void check(boolean holds, String claim, Object... values) {
    if (!holds) {
      throw new SimFailure(world.scheduler().describe("replica-hash: " + String.format(claim, values)));
    }
  }

  private final class Tap implements ReplicaTap {
    private final String node;

    Tap(String node) {
      this.node = node;
    }

    @Override
    public void ready(Replica replica, Ready ready) {
      if (!node.equals(struckNext) || replica.key().shard() != SHARD) {
        return;
      }
      for (int i = 0; i < ready.committed().size(); i++) {
        Entry entry = ready.committed().get(i);
        byte[] other = entry.kind() == EntryKind.COMMAND ? changed(entry.payload()) : null;
        if (other != null) {
          ready.committed().set(i, new Entry(entry.term(), entry.index(), entry.kind(), other));
          struckNext = null;
          return;
        }
      }
    }

    @Override
    public void fenced(Replica replica) {
      fenced.add(node);
    }

    @Override
    public void rebuilt(Replica replica, SnapshotMeta snapshot) {
      rebuilt.add(node);
    }

    @Override
    public void installed(Replica replica, SnapshotMeta snapshot) {
      if (fenced.contains(node)) {
        rebuilt.add(node);
      }
    }

    @Override
    public void compared(Replica replica, long index, boolean same) {
      comparisons++;
    }
  }

  /** The same entry with one byte of its value another one; null when it puts no key that is written once. */
  private static byte[] changed(byte[] payload) {
    int at = new String(payload, StandardCharsets.ISO_8859_1).indexOf(WRITTEN_ONCE);
    if (at < 0) {
      return null;
    }
    byte[] other = payload.clone();
    other[at + WRITTEN_ONCE.length() / 2] = 'y';
    return other;
  }
}
