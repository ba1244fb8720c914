package io.cairn.server.replica;

import java.util.Collection;
import java.util.Collections;
import java.util.concurrent.ConcurrentSkipListMap;

/** The replicas this node hosts, by shard. May be read from any loop; each replica belongs to its own. */
public final class Replicas {
  private final ConcurrentSkipListMap<Integer, Replica> byShard = new ConcurrentSkipListMap<>();

  public void add(Replica replica) {
    byShard.put(replica.descriptor().id(), replica);
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
