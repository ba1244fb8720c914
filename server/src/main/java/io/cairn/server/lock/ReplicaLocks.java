package io.cairn.server.lock;

import com.google.protobuf.ByteString;
import io.cairn.platform.Clock;
import io.cairn.platform.EventLoop;
import io.cairn.protocol.wire.ErrorCode;
import io.cairn.protocol.wire.LockAnswer;
import io.cairn.server.command.EntryPayload;
import io.cairn.server.frontend.LockService.Told;
import io.cairn.server.frontend.LockService.Waiting;
import io.cairn.server.frontend.LockService.Waiting.Kind;
import io.cairn.server.outcome.Outcome;
import io.cairn.server.outcome.Refusal;
import io.cairn.server.replica.ReadRequest;
import io.cairn.server.replica.Replica;
import io.cairn.server.replica.WriteRequest;
import io.cairn.storage.mvcc.ShardStore;
import io.cairn.storage.mvcc.WriteResult;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Who waits for the locks of one shard, where it is led. Belongs to the replica's loop.
 *
 * <p>A queue is looked at when somebody comes, and when apply has deleted a key of it; nothing is polled. A look begins once it is sure that this
 * replica led after it was asked for, so what it finds is no older than that.
 */
final class ReplicaLocks {
  /** A place whose client is away is kept for so long, unless the place was granted: then it goes with its lease. */
  static final long GRACE_NANOS = TimeUnit.SECONDS.toNanos(5);
  /** How often one that waits hears so: a client takes a node that says nothing for a second for one that is gone. */
  private static final long PART_NANOS = TimeUnit.MILLISECONDS.toNanos(400);
  private static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
  private static final long LOOK_NANOS = TimeUnit.SECONDS.toNanos(2);
  private static final long LEAVE_NANOS = TimeUnit.SECONDS.toNanos(5);

  private final Clock clock;
  private final Replica replica;
  private final EventLoop scanLoop;
  private final Map<ByteString, LockQueue> queues = new LinkedHashMap<>();
  private boolean leads;
  /** Counts leaderships: what was begun in an earlier one comes to nothing. */
  private long reign;
  private long tickAt;

  ReplicaLocks(Clock clock, Replica replica, EventLoop scanLoop) {
    this.clock = clock;
    this.replica = replica;
    this.scanLoop = scanLoop;
    this.tickAt = clock.nanoTime();
  }

  Replica replica() {
    return replica;
  }

  void wait(Waiting waiting, Told told) {
    if (!look()) {
      told.failed(replica.notLeader());
      return;
    }
    long now = clock.nanoTime();
    LockQueue queue = queues.computeIfAbsent(LockKeys.queueOfStored(waiting.key().toByteArray()), LockQueue::new);
    Seat seat = queue.seat(waiting.key(), now);
    if (seat.caller() != null) {
      seat.caller().told().failed(Refusal.retry(ErrorCode.OVERLOADED, "the place was asked for again", 0));
    }
    seat.attach(new LockCaller(waiting, told, now));
    if (waiting.kind() == Kind.WITHDRAW) {
      leave(queue, seat);
    } else {
      look(queue);
    }
  }

  /** Nobody hears of the place any more, for now. */
  void left(Waiting waiting) {
    LockQueue queue = queues.get(LockKeys.queueOfStored(waiting.key().toByteArray()));
    Seat seat = queue == null ? null : queue.seats().get(waiting.key());
    if (seat != null && seat.caller() != null && seat.caller().waiting() == waiting) {
      seat.detach(clock.nanoTime());
    }
  }

  /** These keys are deleted: whoever waits behind them may be next. */
  void gone(List<byte[]> keys) {
    if (queues.isEmpty()) {
      return;
    }
    for (byte[] key : keys) {
      ByteString prefix = LockKeys.queueOfStored(key);
      LockQueue queue = prefix == null ? null : queues.get(prefix);
      if (queue != null) {
        look(queue);
      }
    }
  }

  private void look(LockQueue queue) {
    if (!queue.begin()) {
      return;
    }
    long of = reign;
    replica.read(new ReadRequest(0, clock.nanoTime() + LOOK_NANOS, outcome -> {
      if (of != reign) {
        return;
      }
      if (outcome instanceof Outcome.Done<Long>(var resolved)) {
        ShardStore store = replica.store();
        scanLoop.execute(() -> {
          LockQueue.Look found = queue.read(store);
          replica.loop().execute(() -> {
            if (of == reign && look()) {
              looked(queue, found, resolved);
            }
          });
        });
      } else {
        queue.end();
        failAll(queue, outcome);
      }
    }));
  }

  private void failAll(LockQueue queue, Outcome<Long> outcome) {
    Refusal why = outcome instanceof Outcome.Refused<Long>(var refusal) ? refusal
        : Refusal.of(ErrorCode.NO_QUORUM, "it was not certain in time that this node leads the lock's shard");
    for (Seat seat : queue.seats().values()) {
      fail(seat, why);
    }
  }

  private void fail(Seat seat, Refusal why) {
    if (seat.caller() != null) {
      seat.caller().told().failed(why);
      seat.detach(clock.nanoTime());
    }
  }

  private void looked(LockQueue queue, LockQueue.Look found, long resolved) {
    for (Seat seat : List.copyOf(queue.seats().values())) {
      if (!queue.sees(seat) || seat.leaving()) {
        continue;
      }
      LockOrder.Standing standing = found.of(seat.key());
      Waiting waiting = seat.caller() == null ? null : seat.caller().waiting();
      boolean other = standing != null && waiting != null && waiting.token() != 0 && waiting.token() != standing.place().token();
      if (standing == null || other) {
        end(queue, seat, LockAnswer.State.GONE, 0, resolved);
      } else if (found.grants(seat.key())) {
        if (waiting != null) {
          end(queue, seat, LockAnswer.State.GRANTED, standing.place().token(), Math.max(resolved, standing.place().token()));
        } else if (!seat.seenWaiting()) {
          queue.seats().remove(seat.key()); // An earlier leader may have told its client. Else that has the grace to come for it.
        }
      } else {
        seat.waits(standing.place().token(), standing.before());
        waits(queue, seat, resolved);
      }
    }
    findOthers(queue, found);
    if (queue.end()) {
      look(queue);
    }
  }

  /** Places that nobody has asked for here, since another node led: their clients come again, or are gone. */
  private void findOthers(LockQueue queue, LockQueue.Look found) {
    long now = clock.nanoTime();
    found.standings().forEach((key, standing) -> {
      if (!standing.granted() && !queue.seats().containsKey(key)) {
        queue.seat(key, now).waits(standing.place().token(), standing.before());
      }
    });
  }

  private void waits(LockQueue queue, Seat seat, long resolved) {
    if (seat.caller() == null) {
      return;
    }
    if (seat.caller().waiting().kind() == Kind.TRY) {
      leave(queue, seat);
    } else if (seat.caller().waiting().kind() == Kind.ENTER) {
      seat.caller().told().done(answer(LockAnswer.State.WAITING, seat.token(), seat.before()), Math.max(resolved, seat.token()));
      seat.detach(clock.nanoTime());
    }
  }

  private static LockAnswer answer(LockAnswer.State state, long token, int before) {
    return LockAnswer.newBuilder().setState(state).setToken(token).setBefore(before).build();
  }

  private void end(LockQueue queue, Seat seat, LockAnswer.State state, long token, long revision) {
    queue.seats().remove(seat.key());
    if (seat.caller() != null) {
      seat.caller().told().done(answer(state, token, 0), revision);
      seat.detach(clock.nanoTime());
    }
  }

  /** Has the place deleted, by the log; from here on it is not granted, and only then is anybody told. */
  private void leave(LockQueue queue, Seat seat) {
    if (seat.leaving()) {
      return;
    }
    seat.leaving(true);
    long of = reign;
    long token = seat.caller() == null || seat.caller().waiting().token() == 0 ? seat.token() : seat.caller().waiting().token();
    replica.write(new WriteRequest(this, LockKeys.leave(seat.key(), token), EntryPayload.TXN_LEVEL, 0, clock.nanoTime() + LEAVE_NANOS, outcome -> {
      if (of != reign) {
        return;
      }
      if (outcome instanceof Outcome.Done<WriteResult.Done>(var done)) {
        end(queue, seat, leftState(seat), 0, done.revision());
      } else {
        seat.leaving(false); // Tried again with the next tick, or by the next leader.
      }
    }));
  }

  /** Who came back while it was left for being away finds it gone. */
  private LockAnswer.State leftState(Seat seat) {
    Waiting waiting = seat.caller() == null ? null : seat.caller().waiting();
    boolean over = waiting != null && (waiting.kind() == Kind.TRY || waiting.kind() == Kind.WAIT && clock.nanoTime() - waiting.until() >= 0);
    return over ? LockAnswer.State.TIMED_OUT : LockAnswer.State.GONE;
  }

  /** Compares whether this replica leads with what it did before; returns whether it does, with all earlier entries applied. */
  private boolean look() {
    boolean now = replica.leaderReady();
    if (now && !leads) {
      leads = true;
      reign++;
    } else if (!now && leads) {
      follow();
    }
    return now;
  }

  /** Leadership moved: whoever waits asks the next leader. */
  void follow() {
    if (!leads) {
      return;
    }
    leads = false;
    reign++;
    var dropped = new ArrayList<>(queues.values());
    queues.clear();
    dropped.forEach(queue -> queue.seats().values().forEach(seat -> fail(seat, replica.notLeader())));
  }

  void tick() {
    long now = clock.nanoTime();
    if (queues.isEmpty() || now - tickAt < 0 || !look()) {
      return;
    }
    tickAt = now + TICK_NANOS;
    for (LockQueue queue : List.copyOf(queues.values())) {
      for (Seat seat : List.copyOf(queue.seats().values())) {
        tick(queue, seat, now);
      }
    }
    queues.values().removeIf(queue -> queue.seats().isEmpty());
  }

  private void tick(LockQueue queue, Seat seat, long now) {
    LockCaller caller = seat.caller();
    if (caller == null) {
      if (seat.leftFor(GRACE_NANOS, now)) {
        leave(queue, seat);
      }
    } else if (caller.waiting().kind() == Kind.WITHDRAW || caller.waiting().kind() == Kind.WAIT && now - caller.waiting().until() >= 0) {
      leave(queue, seat);
    } else if (now - caller.waiting().deadline() >= 0) {
      fail(seat, Refusal.deadline("while the place waited; it is kept, ask again"));
    } else if (caller.waiting().kind() == Kind.WAIT && caller.quietFor(PART_NANOS, now)) {
      caller.told(now);
      caller.told().part(answer(LockAnswer.State.WAITING, seat.token(), seat.before()));
    }
  }
}
