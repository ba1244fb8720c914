package io.cairn.client.core;

import io.cairn.client.ByteSeq;
import io.cairn.client.DeleteResult;
import io.cairn.client.KvException;
import io.cairn.client.RefusedCode;
import io.cairn.client.RefusedException;
import io.cairn.platform.EventLoop;
import io.cairn.protocol.wire.LockAnswer;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * One attempt to be granted a lock, from its place in the queue to the end of that place. The place's key names the lease and the attempt, so
 * nobody takes it for another's (LL-09), and whatever becomes of the caller, the key is deleted: at once where the server can be reached, else
 * again and again until it is, or with its lease (LL-10).
 *
 * <p>{@link #begin}, {@link #giveUp}, {@link #leave} and {@link #leaseEnded} may be called from any thread; all else happens on the client's loop.
 */
public final class LockAttempt {
  static final long ENTER_SENDING_NANOS = TimeUnit.SECONDS.toNanos(10);
  static final long WAIT_SENDING_NANOS = TimeUnit.SECONDS.toNanos(60);
  /** The calls end otherwise: with their answer, or with the lease. */
  private static final long NO_END_NANOS = TimeUnit.DAYS.toNanos(3_650);
  private static final long AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(200);
  private static final int HEX_DIGITS = 16;

  private enum Phase { NEW, ENTERING, WAITING, GRANTED, LEAVING, ENDED }

  /**
   * What is asked for.
   *
   * @param queue what the keys of the queue begin with
   * @param place the value of the key
   * @param lease that the place goes with
   * @param waitNanos how long to wait; 0 is not at all, less than 0 for ever
   * @param slackNanos how much longer an answer may take
   */
  public record Wanted(String queue, ByteSeq place, long lease, long waitNanos, long slackNanos) {
    boolean forEver() {
      return waitNanos < 0;
    }
  }

  private final ClientCore core;
  private final Wanted wanted;
  /** Hears the token; nothing when the time was over; at most once. */
  private Completion<Optional<Long>> completion;
  private final long beganNanos;
  private ByteSeq key;
  private volatile long token;
  private Phase phase = Phase.NEW;
  private EnterCall entering;
  private Call<?> call;
  private EventLoop.Timer timer;

  public LockAttempt(ClientCore core, Wanted wanted, Completion<Optional<Long>> completion) {
    this.core = core;
    this.wanted = wanted;
    this.completion = completion;
    this.beganNanos = core.nowNanos();
  }

  /** The place's key; once it is granted. */
  public ByteSeq key() {
    return key;
  }

  /** Its create revision; once it is granted. */
  public long token() {
    return token;
  }

  public void begin() {
    core.loop().run(() -> {
      if (phase != Phase.NEW) {
        return; // It was given up before it began.
      }
      phase = Phase.ENTERING;
      key = ByteSeq.utf8(wanted.queue() + hex(wanted.lease()) + "-" + hex(core.newId()));
      if (!wanted.forEver()) {
        timer = core.loop().schedule(wanted.waitNanos() + wanted.slackNanos(), this::late);
      }
      entering = new EnterCall(core, noEnd(), new Operation.Put(key, wanted.place(), false, wanted.lease(), Optional.empty()),
          wanted.waitNanos() == 0, new Completion<>() {
            @Override
            public void done(LockAnswer answer) {
              entered(answer);
            }

            @Override
            public void failed(KvException why) {
              enterFailed(why);
            }
          });
      core.begin(entering);
    });
  }

  private static String hex(long number) {
    String digits = Long.toHexString(number);
    return "0".repeat(HEX_DIGITS - digits.length()) + digits;
  }

  private Deadline noEnd() {
    long now = core.nowNanos();
    return new Deadline(now, now + NO_END_NANOS);
  }

  private void entered(LockAnswer answer) {
    if (phase != Phase.ENTERING) {
      end(); // It was withdrawn, and that is what the answer says.
      return;
    }
    if (answer.getState() == LockAnswer.State.WAITING) {
      token = answer.getToken();
      await();
    } else {
      decided(answer);
    }
  }

  private void enterFailed(KvException why) {
    if (why instanceof RefusedException || phase == Phase.ENDED) {
      fail(why);
      end();
      return;
    }
    // It may have been put, and can no longer be told: a delete comes behind it, whatever it was.
    fail(why);
    remove();
  }

  private void await() {
    phase = Phase.WAITING;
    call = core.begin(new WaitCall(core, noEnd(), key, token, beganNanos + Math.max(0, wanted.waitNanos()), wanted.forEver(), new Completion<>() {
      @Override
      public void done(LockAnswer answer) {
        if (phase == Phase.WAITING) {
          decided(answer);
        }
      }

      @Override
      public void failed(KvException why) {
        if (phase == Phase.WAITING) {
          fail(why);
          remove();
        }
      }
    }));
  }

  private void decided(LockAnswer answer) {
    switch (answer.getState()) {
      case GRANTED -> {
        phase = Phase.GRANTED;
        token = answer.getToken();
        tell(Optional.of(token));
      }
      case TIMED_OUT -> {
        tell(Optional.empty());
        end();
      }
      default -> {
        fail(new RefusedException(RefusedCode.LOCK_GONE, "The place in the lock's queue is gone: somebody deleted it, or its lease has ended"));
        end();
      }
    }
  }

  private void late() {
    timer = null;
    giveUp(new RefusedException(RefusedCode.DEADLINE, "It was not found out in time who holds the lock; this attempt is withdrawn"));
  }

  /** The caller waits no more. If the lock is granted meanwhile nobody keeps it. */
  public void giveUp(KvException why) {
    core.loop().run(() -> {
      fail(why);
      withdraw();
    });
  }

  /** The lock is not held any more: the place is deleted, in the background; idempotent. */
  public void leave() {
    core.loop().run(this::withdraw);
  }

  private void withdraw() {
    switch (phase) {
      case NEW -> end();
      case ENTERING -> {
        phase = Phase.LEAVING;
        if (entering.wasSent()) {
          entering.withdraw();
        } else {
          end();
        }
      }
      case WAITING -> {
        phase = Phase.LEAVING;
        call.giveUp(RefusedCode.INTERRUPTED, "The attempt was given up");
        remove();
      }
      case GRANTED -> remove();
      case LEAVING, ENDED -> { }
    }
  }

  /** A delete of the key, again and again until it is certain. */
  private void remove() {
    if (phase == Phase.ENDED) {
      return;
    }
    phase = Phase.LEAVING;
    call = core.begin(core.delete(new Operation.Delete(key, false), noEnd(), 0, new Completion<>() {
      @Override
      public void done(DeleteResult result) {
        end();
      }

      @Override
      public void failed(KvException why) {
        if (phase != Phase.ENDED && !core.isClosed()) {
          timer = core.loop().schedule(AGAIN_NANOS, LockAttempt.this::remove);
        }
      }
    }));
  }

  /** The session is over: the place goes with its lease, and nothing is left to do. */
  public void leaseEnded(KvException why) {
    core.loop().run(() -> {
      fail(why);
      end();
    });
  }

  private void end() {
    if (phase == Phase.ENDED) {
      return;
    }
    phase = Phase.ENDED;
    cancelTimer();
    if (entering != null) {
      entering.giveUp(RefusedCode.INTERRUPTED, "The attempt has ended");
    }
    if (call != null) {
      call.giveUp(RefusedCode.INTERRUPTED, "The attempt has ended");
    }
  }

  private void cancelTimer() {
    if (timer != null) {
      timer.cancel();
      timer = null;
    }
  }

  private void tell(Optional<Long> outcome) {
    cancelTimer();
    Completion<Optional<Long>> waiting = completion;
    completion = null;
    if (waiting != null) {
      waiting.done(outcome);
    }
  }

  private void fail(KvException why) {
    cancelTimer();
    Completion<Optional<Long>> waiting = completion;
    completion = null;
    if (waiting != null) {
      waiting.failed(why);
    }
  }
}
