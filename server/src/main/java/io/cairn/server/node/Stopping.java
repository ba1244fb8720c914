package io.cairn.server.node;

import io.cairn.platform.EventLoop;
import io.cairn.server.replica.Replica;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

/** An orderly end: leadership handed over first, no new work, what is in flight answered within the grace, the engine flushed, everything closed. */
final class Stopping {
  private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

  private final Rooms rooms;
  private final Devices devices;
  private final BlockingLoops blocking;
  private final long deadline;
  private final CompletableFuture<Boolean> closed = new CompletableFuture<>();

  Stopping(Rooms rooms, Devices devices, BlockingLoops blocking, long graceNanos) {
    this.rooms = rooms;
    this.devices = devices;
    this.blocking = blocking;
    this.deadline = devices.clock().nanoTime() + graceNanos;
  }

  CompletionStage<Boolean> begin() {
    // First, while everything still runs: whoever takes over finds a cluster without a gap.
    rooms.leave(deadline - devices.clock().nanoTime(), () -> {
      rooms.closePorts();
      rooms.clients().stop();
      look();
    });
    return closed;
  }

  /** Looks again and again, on the node's loop, until nothing is in flight or the grace is over. */
  private void look() {
    boolean answered = rooms.clients().inflightBytes() == 0;
    if (!answered && devices.clock().nanoTime() - deadline < 0) {
      rooms.nodeLoop().schedule(LOOK_NANOS, this::look);
      return;
    }
    rooms.closeHost();
    closeReplicas(new ArrayList<>(rooms.replicas().all()).iterator(), answered);
  }

  private void closeReplicas(Iterator<Replica> left, boolean answered) {
    if (left.hasNext()) {
      Replica replica = left.next();
      replica.loop().run(() -> {
        replica.close();
        closeReplicas(left, answered);
      });
      return;
    }
    rooms.nodeLoop().run(() -> {
      rooms.closeCluster();
      drainNet(devices.transport().loops().iterator(), answered);
    });
  }

  /** What closing asked of each network loop is done before the disk goes: none of them reads from it after that. */
  private void drainNet(Iterator<EventLoop> left, boolean answered) {
    if (left.hasNext()) {
      left.next().execute(() -> drainNet(left, answered));
    } else {
      drain(answered);
    }
  }

  /**
   * What was handed to the blocking loops is done first, one loop after the other; then the disk is closed. Work that asks for more on
   * another loop (a snapshot on its way in) ends where it is then, as at a crash: no loop touches what is closed.
   */
  private void drain(boolean answered) {
    blocking.apply().execute(() -> {
      rooms.endApplying();
      blocking.log().execute(() -> {
        rooms.endLog();
        blocking.scan().execute(() -> blocking.events().execute(() -> blocking.flush().execute(() -> close(answered))));
      });
    });
  }

  private void close(boolean answered) {
    try {
      rooms.closeDisk();
      closed.complete(answered);
    } catch (RuntimeException e) {
      closed.completeExceptionally(e);
    }
    for (EventLoop loop : blocking.all()) {
      devices.loops().stop(loop);
    }
  }
}
