package io.cairn.server.watch;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The way of all watches of one connection to its loop. What is on it is bounded: a watch that finds it full stays behind until its reader
 * has taken some. Belongs to the watches' loop, save {@link #sent}, which the connection's loop calls.
 */
public final class WatchLane {
  /** A connection's part; above it its watches wait, however much room the node has. */
  static final long BYTES_MAX = 1 << 20;

  /** Takes parts over to the connection's loop. */
  public interface Outlet {
    void send(List<WatchPart> parts);
  }

  private final WatchRoom room;
  private final long number;
  private final String peer;
  private final Outlet outlet;
  private final AtomicLong onTheWay = new AtomicLong();
  private volatile boolean awaited;
  private List<WatchPart> gathered = new ArrayList<>();
  private final Map<Long, Watch> watches = new LinkedHashMap<>();
  private Set<Watch> waiting = new LinkedHashSet<>();
  private boolean closed;

  /**
   * @param number of its connection, in the order in which they were opened
   * @param peer the other end of the connection
   */
  WatchLane(WatchRoom room, long number, String peer, Outlet outlet) {
    this.room = room;
    this.number = number;
    this.peer = peer;
    this.outlet = outlet;
  }

  long number() {
    return number;
  }

  String peer() {
    return peer;
  }

  Map<Long, Watch> watches() {
    return watches;
  }

  boolean isClosed() {
    return closed;
  }

  void close() {
    closed = true;
    gathered.clear();
    waiting.clear();
    room.onTheWay().addAndGet(-onTheWay.getAndSet(0));
  }

  /** Whether the watch may send; if not, it is told when it may. */
  boolean holds(Watch watch) {
    if (!isFull()) {
      return true;
    }
    waiting.add(watch);
    awaited = true;
    room.await(this);
    if (isFull()) {
      return false;
    }
    waiting.remove(watch); // Room came before the wait was noted.
    return true;
  }

  private boolean isFull() {
    return onTheWay.get() >= BYTES_MAX || room.isFull();
  }

  /** Leaves with what else the present turn has for this connection. */
  void send(WatchPart part) {
    if (closed) {
      return;
    }
    onTheWay.addAndGet(part.bytes());
    room.onTheWay().addAndGet(part.bytes());
    if (gathered.isEmpty()) {
      room.leavesSoon(this);
    }
    gathered.add(part);
  }

  void flush() {
    if (!gathered.isEmpty()) {
      List<WatchPart> parts = gathered;
      gathered = new ArrayList<>();
      outlet.send(parts);
    }
  }

  /** The connection has taken so many bytes of parts. */
  public void sent(long bytes) {
    onTheWay.addAndGet(-bytes);
    room.onTheWay().addAndGet(-bytes);
    if (awaited && onTheWay.get() <= BYTES_MAX / 2) {
      awaited = false;
      room.execute(this::goOn);
    }
    room.roomAgain();
  }

  /** Whoever waits for room tries again. */
  void goOn() {
    Set<Watch> again = waiting;
    waiting = new LinkedHashSet<>();
    again.forEach(Watch::goOn);
  }
}
