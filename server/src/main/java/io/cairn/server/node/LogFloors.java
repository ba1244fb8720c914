package io.cairn.server.node;

import io.cairn.server.disk.LogWriter;
import io.cairn.server.replica.Replica;
import io.cairn.server.replica.Replicas;
import io.cairn.storage.log.LogFloor;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/**
 * Works out what the log no longer needs, after each flush of the engine: never more than was flushed, and within
 * {@code log.keep} nothing that a follower still lacks.
 */
final class LogFloors {
  private final Replicas replicas;
  private final LogWriter log;

  LogFloors(Replicas replicas, LogWriter log) {
    this.replicas = replicas;
    this.log = log;
  }

  /** Visits each replica on its loop, then tells the log. From any loop. */
  void compute() {
    next(new ArrayList<>(replicas.all()).iterator(), new ArrayList<>());
  }

  private void next(Iterator<Replica> left, List<LogFloor> floors) {
    if (!left.hasNext()) {
      if (!floors.isEmpty()) {
        log.clean(floors);
      }
      return;
    }
    Replica replica = left.next();
    replica.loop().run(() -> {
      if (!replica.closed()) { // Else the engine may be closed too.
        floors.add(floor(replica));
      }
      next(left, floors);
    });
  }

  private static LogFloor floor(Replica replica) {
    long durable = replica.store().durable().index();
    long wanted = durable + 1;
    for (long match : replica.status().matches().values()) {
      wanted = Math.min(wanted, match + 1);
    }
    return new LogFloor(replica.key(), durable, wanted);
  }
}
