package io.cairn.client.core;

import io.cairn.client.KvException;
import io.cairn.client.LeaseRenewal;
import io.cairn.client.RefusedCode;
import io.cairn.client.RefusedException;
import io.cairn.client.SessionState;
import io.cairn.platform.Clock;
import io.cairn.platform.EventLoop;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Keeps the leases of one client alive: one message renews all of them, every third of the shortest TTL; while none is answered, again and
 * again. A client that is closed renews nothing any more (LL-11). {@link #hold}, {@link #release} and {@link #now} may be called from any thread;
 * all else happens on the client's loop.
 */
public final class LeaseKeeper {
  private static final int RENEWALS_PER_TTL = 3;
  private static final long AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

  /** A moment by both clocks. */
  public record Moment(long nanos, long wallMillis) {}

  private final ClientCore core;
  private final EventLoop loop;
  private final Clock clock;
  /** Two may be of one lease: each of them is told. */
  private final Set<HeldLease> held = new LinkedHashSet<>();
  private EventLoop.Timer timer;
  private long begun;
  private int open;
  private boolean closed;

  LeaseKeeper(ClientCore core, EventLoop loop, Clock clock) {
    this.core = core;
    this.loop = loop;
    this.clock = clock;
    this.begun = clock.nanoTime() - AGAIN_NANOS; // Not 0: a clock may begin anywhere, also far below it.
  }

  /** To be taken before a lease is granted: its time may begin then. */
  public Moment now() {
    return new Moment(clock.nanoTime(), clock.wallMillis());
  }

  /** From now on keeps the lease alive. @param listener hears of changes, by whoever notices first; must not block */
  public HeldLease hold(long id, long ttlNanos, Moment asked, Consumer<SessionState> listener) {
    var lease = new HeldLease(clock, id, ttlNanos, asked, listener);
    loop.run(() -> {
      if (closed) {
        lease.lose(clientClosed());
      } else {
        held.add(lease);
        look();
      }
    });
    return lease;
  }

  /** Keeps it no longer. Whether it was held until now. */
  public boolean release(HeldLease lease) {
    boolean was = lease.close();
    loop.run(() -> held.remove(lease));
    return was;
  }

  /** The client is closed. */
  void close() {
    closed = true;
    cancelTimer();
    List.copyOf(held).forEach(lease -> lease.lose(clientClosed()));
    held.clear();
  }

  private static RefusedException clientClosed() {
    return new RefusedException(RefusedCode.CLOSED, "The client was closed; the lease is not renewed any more");
  }

  private void cancelTimer() {
    if (timer != null) {
      timer.cancel();
      timer = null;
    }
  }

  /** Compares all leases with the clocks, and renews them when the first one is due. */
  private void look() {
    cancelTimer();
    for (HeldLease lease : List.copyOf(held)) {
      SessionState now = lease.state();
      if (now.isFinal()) {
        held.remove(lease);
      } else {
        lease.tell(now);
      }
    }
    if (held.isEmpty() || closed) {
      return;
    }
    long shortest = Long.MAX_VALUE;
    long dueIn = Long.MAX_VALUE;
    for (HeldLease lease : held) {
      long third = lease.ttlNanos() / RENEWALS_PER_TTL;
      shortest = Math.min(shortest, third);
      dueIn = Math.min(dueIn, lease.state() == SessionState.ACTIVE ? third - lease.elapsedNanos() : 0);
    }
    long sinceBegun = clock.nanoTime() - begun;
    if (dueIn <= 0 && (open == 0 ? sinceBegun >= AGAIN_NANOS : sinceBegun >= shortest)) {
      renew(shortest);
      dueIn = shortest;
    }
    // A machine that stands still is noticed by the wall clock, which no timer goes by: so it is looked at ever again.
    long next = Math.max(Math.min(dueIn, shortest / 2), AGAIN_NANOS);
    timer = loop.schedule(next, this::look);
  }

  private void renew(long timeoutNanos) {
    Moment at = now();
    begun = at.nanos();
    open++;
    var parts = parts();
    for (List<HeldLease> part : parts) {
      boolean last = part == parts.get(parts.size() - 1);
      List<Long> ids = part.stream().map(HeldLease::id).toList();
      core.begin(LeaseCalls.renewal(core, new Deadline(at.nanos(), at.nanos() + timeoutNanos), ids, new Completion<>() {
        @Override
        public void done(List<LeaseRenewal> renewals) {
          ended(last);
          for (int i = 0; i < renewals.size(); i++) {
            renewed(part.get(i), renewals.get(i), at);
          }
          look();
        }

        @Override
        public void failed(KvException why) {
          ended(last);
          part.forEach(lease -> lease.failed(why));
          look();
        }
      }));
    }
  }

  /** One for each message: of one home, and as large as may be. Those that sessions hold of their own all have the same home. */
  private List<List<HeldLease>> parts() {
    Map<Integer, List<HeldLease>> byHome = new TreeMap<>();
    held.forEach(lease -> byHome.computeIfAbsent(LeaseHome.shard(lease.id()), home -> new ArrayList<>()).add(lease));
    var parts = new ArrayList<List<HeldLease>>();
    for (List<HeldLease> leases : byHome.values()) {
      for (int from = 0; from < leases.size(); from += Operation.KeepAlive.IDS_MAX) {
        parts.add(leases.subList(from, Math.min(leases.size(), from + Operation.KeepAlive.IDS_MAX)));
      }
    }
    return parts;
  }

  private void ended(boolean last) {
    if (last) {
      open--;
    }
  }

  private void renewed(HeldLease lease, LeaseRenewal renewal, Moment at) {
    if (renewal.isAlive()) {
      lease.confirm(at);
    } else if (held.remove(lease)) {
      lease.lose(new RefusedException(RefusedCode.LEASE_NOT_FOUND, "The server says that lease " + lease.id() + " is gone"));
    }
  }
}
