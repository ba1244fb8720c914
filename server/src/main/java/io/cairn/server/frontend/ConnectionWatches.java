package io.cairn.server.frontend;

import io.cairn.platform.EventLoop;
import io.cairn.protocol.wire.Response;
import io.cairn.server.metrics.NodeMeters;
import io.cairn.server.watch.WatchLane;
import io.cairn.server.watch.WatchPart;
import io.cairn.server.watch.WatchRoom;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The end of a lane of watches at its connection: sends parts as the reader takes them. Few of them stand in the connection's own queue, so
 * that a range, or another watch, does not wait behind them for long. Belongs to the connection's loop.
 */
final class ConnectionWatches implements WatchLane.Outlet {
  /** Parts that the reader has not taken above which more wait here. */
  private static final long PENDING_BYTES_MAX = 256 << 10;
  /** The connection does not tell of room of less than it counts as full for: it is looked for. */
  private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

  private final ClientConnection connection;
  private final WatchRoom room;
  private final NodeMeters meters;
  private final WatchLane lane;
  private final ArrayDeque<WatchPart> waiting = new ArrayDeque<>();
  private EventLoop.Timer look;

  ConnectionWatches(ClientConnection connection, WatchRoom room, NodeMeters meters) {
    this.connection = connection;
    this.room = room;
    this.meters = meters;
    this.lane = room.lane(connection.channel().remote(), this);
  }

  WatchLane lane() {
    return lane;
  }

  @Override
  public void send(List<WatchPart> parts) {
    connection.channel().loop().execute(() -> {
      waiting.addAll(parts);
      drain();
    });
  }

  /** The reader has taken some. */
  void drain() {
    long bytes = 0;
    while (!waiting.isEmpty() && (connection.gone() || !isFull())) {
      WatchPart part = waiting.poll();
      bytes += part.bytes();
      respond(part);
    }
    if (bytes > 0) {
      lane.sent(bytes);
    }
    if (!waiting.isEmpty() && look == null) {
      look = connection.channel().loop().schedule(LOOK_NANOS, () -> {
        look = null;
        drain();
      });
    }
  }

  private boolean isFull() {
    return connection.channel().pendingBytes() > PENDING_BYTES_MAX || connection.full();
  }

  private void respond(WatchPart part) {
    if (part.end() != null) {
      meters.refused(part.end().code());
      connection.respond(part.watch(), Answers.refused(part.end()), false);
    } else {
      connection.respond(part.watch(), Response.newBuilder().setRevision(part.batch().getRevision()).setWatch(part.batch()).build(), true);
    }
  }

  void cancel(long requestId) {
    room.cancel(lane, requestId);
  }

  void closed() {
    if (look != null) {
      look.cancel();
      look = null;
    }
    waiting.clear();
    room.close(lane);
  }
}
