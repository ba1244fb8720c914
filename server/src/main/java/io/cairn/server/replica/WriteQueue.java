package io.cairn.server.replica;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * Writes that wait to be batched, taken from their senders in turn: one of each, then the next of each. Who has thousands waiting
 * holds up nobody who has one. The writes of one sender keep their order.
 */
final class WriteQueue {

  private static final class Lane {
    private final Object sender;
    private final ArrayDeque<WriteRequest> writes = new ArrayDeque<>();

    Lane(Object sender) {
      this.sender = sender;
    }
  }

  /** Looked into, never walked through: its order is nobody's. */
  private final Map<Object, Lane> bySender = new HashMap<>();
  /** Those with something waiting, from the one whose turn is next. */
  private final ArrayDeque<Lane> turns = new ArrayDeque<>();
  private int size;
  private long bytes;

  boolean isEmpty() {
    return size == 0;
  }

  int size() {
    return size;
  }

  /** Of all that wait. */
  long bytes() {
    return bytes;
  }

  void add(WriteRequest write) {
    Lane lane = bySender.get(write.sender());
    if (lane == null) {
      lane = new Lane(write.sender());
      bySender.put(write.sender(), lane);
      turns.add(lane);
    }
    lane.writes.add(write);
    size++;
    bytes += write.bytes();
  }

  /** The next in turn; null when there is none. */
  WriteRequest peek() {
    return size == 0 ? null : turns.peek().writes.peek();
  }

  /** Takes the next in turn, and gives the turn on; null when there is none. */
  WriteRequest poll() {
    if (size == 0) {
      return null;
    }
    Lane lane = turns.poll();
    WriteRequest write = lane.writes.poll();
    if (lane.writes.isEmpty()) {
      bySender.remove(lane.sender);
    } else {
      turns.add(lane);
    }
    size--;
    bytes -= write.bytes();
    return write;
  }

  /** What was taken in this order and went nowhere comes before all others again, in the same order. */
  void putBack(List<WriteRequest> taken) {
    for (WriteRequest write : taken.reversed()) {
      Lane lane = bySender.get(write.sender());
      if (lane == null) {
        lane = new Lane(write.sender());
        bySender.put(write.sender(), lane);
      } else {
        turns.remove(lane);
      }
      turns.addFirst(lane);
      lane.writes.addFirst(write);
      size++;
      bytes += write.bytes();
    }
  }

  /** Takes out those that the test names; it is asked of each once. */
  void removeIf(Predicate<WriteRequest> test) {
    for (Iterator<Lane> each = turns.iterator(); each.hasNext();) {
      Lane lane = each.next();
      lane.writes.removeIf(write -> {
        boolean goes = test.test(write);
        if (goes) {
          size--;
          bytes -= write.bytes();
        }
        return goes;
      });
      if (lane.writes.isEmpty()) {
        each.remove();
        bySender.remove(lane.sender);
      }
    }
  }
}
