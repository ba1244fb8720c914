package io.cairn.client;

import io.cairn.client.core.Operation;
import io.cairn.platform.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;

/** Runs a body until nothing that it read was changed before what it wrote was done; each try begins anew. */
final class Attempts {

  private final SyncCalls sync;
  private final Clock clock;
  private final Duration usual;

  Attempts(SyncCalls sync, Clock clock, Duration usual) {
    this.sync = sync;
    this.clock = clock;
    this.usual = usual;
  }

  <T> T run(TransactOptions options, Function<Transaction, T> body) {
    Duration allowed = options.deadline().orElse(usual);
    long end = clock.nanoTime() + allowed.toNanos();
    for (int tried = 0; tried < options.tries(); tried++) {
      if (tried > 0) {
        sync.pause(tried - 1, left(end, allowed, tried));
      }
      int before = tried;
      Attempt attempt = new Attempt(sync, () -> left(end, allowed, before));
      T answer;
      try {
        answer = body.apply(attempt);
      } catch (RefusedException e) {
        if (e.code() == RefusedCode.COMPACTED) {
          continue; // Its revision is not kept any more: this try took too long.
        }
        throw e;
      } finally {
        attempt.end();
      }
      // What is unknown is thrown on from here, never tried again: it may have been done (CL-03).
      if (attempt.isReadOnly() || sync.await(new Operation.Transaction(attempt.txn()), Optional.of(left(end, allowed, tried))).succeeded()) {
        return answer;
      }
    }
    throw new RefusedException(RefusedCode.TXN_CONFLICT, "Each of " + options.tries() + " tries found that others had changed what it read, "
        + "before it could write; nothing was written");
  }

  private Duration left(long end, Duration allowed, int tried) {
    long left = end - clock.nanoTime();
    if (left <= 0) {
      throw new RefusedException(RefusedCode.DEADLINE, "The transaction was not done within " + allowed.toMillis() + " ms, in " + (tried + 1)
          + (tried == 0 ? " try" : " tries") + "; nothing was written");
    }
    return Duration.ofNanos(left);
  }
}
