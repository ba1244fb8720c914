package io.cairn.server.node;

import io.cairn.platform.Clock;
import io.cairn.platform.EventLoop;
import io.cairn.server.admin.Readiness;
import io.cairn.server.outcome.Outcome;
import io.cairn.server.replica.ReadRequest;
import io.cairn.server.replica.Replica;
import io.cairn.server.replica.Replicas;
import io.cairn.server.shard.ShardMap;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** Ready means: a linearizable read was answered in every shard of the node, whoever leads it. */
final class ClusterReadiness implements Readiness {
  private final Clock clock;
  private final EventLoop loop;
  private final Replicas replicas;
  private final Supplier<ShardMap> map;

  /** @param loop gathers the answers */
  ClusterReadiness(Clock clock, EventLoop loop, Replicas replicas, Supplier<ShardMap> map) {
    this.clock = clock;
    this.loop = loop;
    this.replicas = replicas;
    this.map = map;
  }

  @Override
  public CompletionStage<Verdict> check(long timeoutNanos) {
    var verdict = new CompletableFuture<Verdict>();
    loop.run(() -> new Check(verdict, clock.nanoTime() + timeoutNanos).begin(timeoutNanos));
    return verdict;
  }

  /** One check under way; on the gathering loop. */
  private final class Check {
    private final CompletableFuture<Verdict> verdict;
    private final long deadline;
    private final SortedMap<Integer, String> open = new TreeMap<>();
    private int shards;

    Check(CompletableFuture<Verdict> verdict, long deadline) {
      this.verdict = verdict;
      this.deadline = deadline;
    }

    void begin(long timeoutNanos) {
      map.get().shards().forEach(shard -> open.put(shard.id(), "no answer"));
      shards = open.size();
      for (int shard : open.keySet()) {
        Replica replica = replicas.get(shard);
        if (replica == null) {
          open.put(shard, "not started: the first start waits for the other nodes");
          continue;
        }
        var read = new ReadRequest(0, deadline, outcome -> loop.run(() -> answered(shard, outcome)));
        replica.loop().run(() -> replica.read(read));
      }
      loop.schedule(timeoutNanos, this::end);
    }

    private void answered(int shard, Outcome<Long> outcome) {
      switch (outcome) {
        case Outcome.Done<Long> _ -> open.remove(shard);
        case Outcome.Refused<Long>(var refusal) -> open.replace(shard, refusal.message());
        case Outcome.Unknown<Long>(var message) -> open.replace(shard, message);
      }
      if (open.isEmpty()) {
        end();
      }
    }

    private void end() {
      verdict.complete(open.isEmpty() ? new Verdict(true, shards + " shards answered a linearizable read")
          : new Verdict(false, "shard " + open.firstKey() + ": " + open.get(open.firstKey()) + " (" + open.size() + " of " + shards
              + " shards did not answer)"));
    }
  }
}
