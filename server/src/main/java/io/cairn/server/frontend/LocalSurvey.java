package io.cairn.server.frontend;

import io.cairn.platform.EventLoop;
import io.cairn.protocol.wire.Staleness;
import io.cairn.server.replica.LocalState;
import io.cairn.server.replica.Replica;
import java.util.Iterator;
import java.util.List;
import java.util.function.Consumer;

/**
 * What this node's replicas of some shards can show without asking anybody.
 *
 * @param resolved up to here nothing is missing in any of the shards
 * @param newest the highest revision that one of them shows
 * @param compacted the highest of their compaction revisions
 * @param leaderHeardMillisAgo the longest any of them has not heard its leader; -1 when one never has
 */
record LocalSurvey(long resolved, long newest, long compacted, long leaderHeardMillisAgo) {

  static final LocalSurvey NOTHING = new LocalSurvey(Long.MAX_VALUE, 0, 0, 0);

  /** Visits each replica on its own loop; then {@code end} on {@code endLoop}, with null when a replica is closing. */
  static void of(List<Replica> replicas, EventLoop endLoop, Consumer<LocalSurvey> end) {
    visit(replicas.iterator(), NOTHING, endLoop, end);
  }

  private static void visit(Iterator<Replica> left, LocalSurvey soFar, EventLoop endLoop, Consumer<LocalSurvey> end) {
    if (!left.hasNext()) {
      endLoop.run(() -> end.accept(soFar));
      return;
    }
    Replica replica = left.next();
    replica.loop().run(() -> {
      LocalState local = replica.local();
      if (local == null) {
        endLoop.run(() -> end.accept(null));
      } else {
        visit(left, soFar.and(local, replica.store().compacted()), endLoop, end);
      }
    });
  }

  LocalSurvey and(LocalState local, long localCompacted) {
    boolean never = leaderHeardMillisAgo < 0 || local.leaderHeardMillisAgo() < 0;
    return new LocalSurvey(Math.min(resolved, local.resolved()), Math.max(newest, local.resolved()), Math.max(compacted, localCompacted),
        never ? -1 : Math.max(leaderHeardMillisAgo, local.leaderHeardMillisAgo()));
  }

  Staleness staleness() {
    Staleness.Builder staleness = Staleness.newBuilder();
    if (leaderHeardMillisAgo >= 0) {
      staleness.setLeaderHeardMillisAgo(leaderHeardMillisAgo);
    }
    return staleness.build();
  }
}
