package io.cairn.server.hashes;

import io.cairn.raft.ReplicaId;
import io.cairn.storage.mvcc.HashPoints.Point;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What the reports of replicas come to. A majority of the voters that has the same at one index of the log is right: applying is a function of the log, so a
 * majority is wrong only where more than a minority was damaged alike, or where the function is, and then alike for all.
 */
public sealed interface Comparison {

  /** Too few know the same place. */
  record Nothing() implements Comparison {}

  /** Nobody differs. @param replicas that have it */
  record Same(long index, Set<ReplicaId> replicas) implements Comparison {}

  /** A majority has {@code hash}, and {@code others} have what stands there. */
  record Differs(long index, long hash, List<ReplicaId> agreeing, Map<ReplicaId, Long> others) implements Comparison {}

  /** They differ, and no majority says who is right. */
  record Undecided(long index, Map<ReplicaId, Long> hashes) implements Comparison {}

  /** @param reports what each replica has said, the asker's own included; of learners too */
  static Comparison of(Set<ReplicaId> voters, Map<ReplicaId, List<Point>> reports) {
    var byIndex = new TreeMap<Long, Map<ReplicaId, Long>>(Comparator.reverseOrder());
    reports.forEach((replica, points) -> points.forEach(
        point -> byIndex.computeIfAbsent(point.index(), _ -> new TreeMap<>()).put(replica, point.hash())));
    Comparison found = new Nothing();
    for (Map.Entry<Long, Map<ReplicaId, Long>> place : byIndex.entrySet()) {
      Comparison there = at(place.getKey(), voters, place.getValue());
      if (there instanceof Differs) {
        return there;
      }
      // The newest place says most, but a difference anywhere says more.
      boolean more = found instanceof Nothing || found instanceof Same && there instanceof Undecided;
      found = more ? there : found;
    }
    return found;
  }

  private static Comparison at(long index, Set<ReplicaId> voters, Map<ReplicaId, Long> hashes) {
    for (long hash : new TreeSet<>(hashes.values())) {
      var agreeing = new ArrayList<ReplicaId>();
      var others = new TreeMap<ReplicaId, Long>();
      hashes.forEach((replica, its) -> {
        if (its != hash) {
          others.put(replica, its);
        } else if (voters.contains(replica)) {
          agreeing.add(replica);
        }
      });
      if (isMajority(agreeing.size(), voters)) {
        return others.isEmpty() ? new Same(index, Set.copyOf(hashes.keySet())) : new Differs(index, hash, agreeing, others);
      }
    }
    return hashes.values().stream().distinct().count() > 1 ? new Undecided(index, hashes) : new Nothing();
  }

  static boolean isMajority(int count, Set<ReplicaId> voters) {
    return 2 * count > voters.size();
  }
}
