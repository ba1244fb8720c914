package io.cairn.simulator.scenario;

import io.cairn.client.GetResult;
import io.cairn.simulator.SimWorld;
import io.cairn.simulator.cluster.SimClient;
import io.cairn.simulator.cluster.SimCluster;
import io.cairn.simulator.cluster.SimNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;

/** All writers of a story: they begin together, end together, and what they were promised is read back together. */
final class Writers {
  private static final long SECOND = 1_000_000_000L;
  /** The longest deadline of a call, and some more for its end. */
  private static final long CALL_NANOS = 10 * SECOND;
  private static final int READ_TRIES = 20;

  private final SimWorld world;
  private final SimCluster cluster;
  private final List<Writer> writers = new ArrayList<>();

  Writers(SimCluster cluster, int count) {
    this.world = cluster.world();
    this.cluster = cluster;
    Writer.Revisions revisions = new Writer.Revisions();
    for (int i = 0; i < count; i++) {
      // Keys on both sides of the split point, and next to those of the other writers.
      writers.add(new Writer(world.scheduler(), cluster.newClient(), world.random("writer-" + i), revisions, "a" + i + "-", "z" + i + "-"));
    }
  }

  void start() {
    writers.forEach(Writer::start);
  }

  /** Lets the calls under way end. */
  void stop() {
    writers.forEach(Writer::stop);
    world.runUntil("all calls have ended", () -> writers.stream().allMatch(Writer::idle), CALL_NANOS);
  }

  /** Reads every key through every replica; fails the run if one does not hold what was acknowledged. */
  void readEverythingBack() {
    SimClient reader = cluster.newClient();
    for (Writer writer : writers) {
      for (Map.Entry<String, Writer.Expected> entry : writer.expected().entrySet()) {
        for (SimNode node : cluster.nodes()) {
          Writer.Expected expected = entry.getValue();
          writer.judge(entry.getKey(), expected, expected.acknowledged, read(reader, node, entry.getKey()));
        }
      }
    }
    // A failure found by the last read is thrown by the next event.
    world.runFor(SECOND);
  }

  private GetResult read(SimClient reader, SimNode node, String key) {
    for (int tries = 1; ; tries++) {
      try {
        return cluster.await(reader.getFrom(node.name(), key));
      } catch (CompletionException failed) {
        if (tries == READ_TRIES) {
          throw failed;
        }
      }
    }
  }

  /** What came of it all. */
  Result result() {
    long acknowledged = 0;
    long unknown = 0;
    long refused = 0;
    long reads = 0;
    for (Writer writer : writers) {
      acknowledged += writer.acknowledged();
      unknown += writer.unknown();
      refused += writer.refused();
      reads += writer.reads();
    }
    return new Result(world.seed(), world.digest(), world.scheduler().events(), world.nowNanos(), acknowledged, unknown, refused, reads);
  }
}
