package io.cairn.server.lock;

import com.google.protobuf.ByteString;
import io.cairn.platform.Clock;
import io.cairn.platform.EventLoop;
import io.cairn.server.frontend.LockService;
import io.cairn.server.replica.Replica;
import io.cairn.server.replica.Replicas;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The locks of a node: one {@link ReplicaLocks} for each of its replicas. What belongs to a replica happens on that replica's loop. */
public final class LockRoom implements LockService.Route {
  private final Clock clock;
  private final EventLoop scanLoop;
  private final Replicas replicas;
  private final Map<Integer, ReplicaLocks> byShard = new ConcurrentHashMap<>();

  /** @param scanLoop where queues are read */
  public LockRoom(Clock clock, EventLoop scanLoop, Replicas replicas) {
    this.clock = clock;
    this.scanLoop = scanLoop;
    this.replicas = replicas;
  }

  private ReplicaLocks of(Replica replica) {
    ReplicaLocks locks = byShard.get(replica.descriptor().id());
    if (locks == null || locks.replica() != replica) {
      locks = new ReplicaLocks(clock, replica, scanLoop);
      byShard.put(replica.descriptor().id(), locks);
    }
    return locks;
  }

  @Override
  public void wait(Replica replica, LockService.Waiting waiting, LockService.Told told) {
    of(replica).wait(waiting, told);
  }

  @Override
  public void left(Replica replica, LockService.Waiting waiting) {
    of(replica).left(waiting);
  }

  @Override
  public ByteString queue(ByteString key) {
    return LockKeys.queue(key);
  }

  // What replicas report; on their loops.

  public void leaderChanged(Replica replica) {
    of(replica).follow();
  }

  public void leasedGone(Replica replica, List<byte[]> keys) {
    of(replica).gone(keys);
  }

  /** Lets time pass for all replicas. */
  public void tick() {
    for (Replica replica : replicas.all()) {
      replica.loop().run(() -> {
        if (!replica.closed()) {
          of(replica).tick();
        }
      });
    }
  }
}
