package io.cairn.protocol.link;

import io.cairn.platform.Clock;
import io.cairn.platform.EventLoop;
import io.cairn.protocol.frame.FrameKind;
import io.netty.util.collection.LongObjectHashMap;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The calls that wait for an answer, by id and by deadline.
 *
 * <p>Deadlines lie in a wheel of {@value #SLOTS} slots of about 4 ms each; a later one goes round more than once. One timer
 * is armed for all, for the next slot that holds a call: thousands of calls a second, answered in time, cost the loop one
 * timer now and then. A call ends at most one slot after its deadline, never before it.
 */
final class OpenCalls {

  static final class Call {
    final long id;
    final long deadlineNanos;
    final int bytes;
    final Reply reply;
    /** Where the request stands in its channel; see {@code FrameChannel.handedOver}. */
    long mark;
    boolean bulk;
    FrameKind kind;
    /** The first slot that begins at or after the deadline: when it comes, the deadline has passed. */
    private long slot;
    private Call previous;
    private Call next;

    Call(long id, long deadlineNanos, int bytes, Reply reply) {
      this.id = id;
      this.deadlineNanos = deadlineNanos;
      this.bytes = bytes;
      this.reply = reply;
    }
  }

  interface Expired {
    void expired(Call call);
  }

  private static final int SLOT_SHIFT = 22;
  private static final int SLOTS = 1024;

  private final Clock clock;
  private final EventLoop loop;
  private final Expired expired;
  private final LongObjectHashMap<Call> byId = new LongObjectHashMap<>();
  private final Call[] slots = new Call[SLOTS];
  private final Runnable turnTask = this::turn;
  private long bytes;
  /** All slots before this one (counted since the clock's origin) have been looked at. */
  private long nextSlot;
  /** The slot the timer is armed for; none when there is no timer. */
  private long armedSlot;
  private EventLoop.Timer timer;

  OpenCalls(Clock clock, EventLoop loop, Expired expired) {
    this.clock = clock;
    this.loop = loop;
    this.expired = expired;
  }

  /** The sum of the bodies of the open calls. */
  long bytes() {
    return bytes;
  }

  int count() {
    return byId.size();
  }

  void add(Call call) {
    long now = clock.nanoTime();
    if (byId.isEmpty()) {
      nextSlot = now >> SLOT_SHIFT;
    }
    byId.put(call.id, call);
    bytes += call.bytes;
    call.slot = Math.max((call.deadlineNanos + (1L << SLOT_SHIFT) - 1) >> SLOT_SHIFT, nextSlot);
    int at = (int) call.slot & (SLOTS - 1);
    call.next = slots[at];
    if (call.next != null) {
      call.next.previous = call;
    }
    slots[at] = call;
    if (timer == null || call.slot < armedSlot) {
      arm(call.slot, now);
    }
  }

  Call find(long id) {
    return byId.get(id);
  }

  /** Takes out the call of this id; null when it is not open, be it answered, given up or never made. */
  Call remove(long id) {
    Call call = byId.remove(id);
    if (call != null) {
      unlink(call);
    }
    return call;
  }

  /** Takes out all calls, in the order they were made. */
  List<Call> removeAll() {
    List<Call> all = new ArrayList<>(byId.values());
    all.sort(Comparator.comparingLong(call -> call.id));
    for (Call call : all) {
      unlink(call);
    }
    byId.clear();
    disarm();
    return all;
  }

  private void unlink(Call call) {
    bytes -= call.bytes;
    if (call.previous != null) {
      call.previous.next = call.next;
    } else {
      slots[(int) call.slot & (SLOTS - 1)] = call.next;
    }
    if (call.next != null) {
      call.next.previous = call.previous;
    }
    call.previous = null;
    call.next = null;
  }

  private void arm(long slot, long now) {
    disarm();
    armedSlot = slot;
    timer = loop.schedule(Math.max(1, (slot << SLOT_SHIFT) - now), turnTask);
  }

  private void disarm() {
    if (timer != null) {
      timer.cancel();
      timer = null;
    }
  }

  /** Ends the calls whose time is over, and arms the timer for those that come next. */
  private void turn() {
    timer = null;
    long now = clock.nanoTime();
    long current = now >> SLOT_SHIFT;
    List<Call> over = new ArrayList<>();
    long from = Math.max(nextSlot, current - SLOTS + 1);
    for (long slot = from; slot <= current; slot++) {
      for (Call call = slots[(int) slot & (SLOTS - 1)]; call != null; call = call.next) {
        if (call.slot <= current) {
          over.add(call);
        }
      }
    }
    nextSlot = current + 1;
    over.sort(Comparator.comparingLong(call -> call.id));
    for (Call call : over) {
      if (byId.get(call.id) == call) { // An earlier one's reply may have given it up.
        remove(call.id);
        expired.expired(call);
      }
    }
    if (timer == null && !byId.isEmpty()) {
      armNext(clock.nanoTime());
    }
  }

  private void armNext(long now) {
    for (long slot = nextSlot; slot < nextSlot + SLOTS; slot++) {
      if (slots[(int) slot & (SLOTS - 1)] != null) {
        arm(slot, now);
        return;
      }
    }
    throw new IllegalStateException(byId.size() + " calls are open and none lies in the wheel");
  }
}
