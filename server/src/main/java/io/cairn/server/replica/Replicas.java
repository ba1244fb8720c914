package io.cairn.server.replica;

import io.cairn.raft.Invariant;
import java.util.Collection;
import java.util.Collections;
import java.util.concurrent.ConcurrentSkipListMap;

/** The replicas this node hosts, by shard. May be read from any loop; each replica belongs to its own. */
public final class Replicas {
  private final ConcurrentSkipListMap<Integer, Replica> byShard = new ConcurrentSkipListMap<>();

  /** A shard has one replica here: two of them would write one log, and neither would know what the other promised. */
  public void add(Replica replica) {
    Replica before = byShard.putIfAbsent(replica.descriptor().id(), replica);
    Invariant.check(before == null, "shard %d has one replica on this node", replica.descriptor().id());
  }

  /** The replica of the shard, or null when this node holds none (yet). */
  public Replica get(int shard) {
    return byShard.get(shard);
  }

  /** All of them, in order of their shards. */
  public Collection<Replica> all() {
    return Collections.unmodifiableCollection(byShard.values());
  }
}
