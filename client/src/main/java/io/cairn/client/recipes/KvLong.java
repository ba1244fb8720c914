package io.cairn.client.recipes;

import io.cairn.client.ByteSeq;
import io.cairn.client.KvClient;
import io.cairn.client.RefusedCode;
import io.cairn.client.RefusedException;
import io.cairn.client.SwapResult;
import io.cairn.client.TransactOptions;
import java.util.function.LongUnaryOperator;

/**
 * A whole number of 64 bits that all clients share, under a key: {@link Recipes#atomicLong}. One that was never set is 0.
 *
 * <p>Each change takes effect once, however often the client had to send it; one that ended in an {@link io.cairn.client.UnknownOutcomeException} did so once
 * or never. What stands under the key is decimal text, as {@link KvClient#add(ByteSeq, long)} has it; anything else there refuses each call with
 * {@link RefusedCode#NOT_A_NUMBER}, as does a sum that does not fit any more. Safe for any number of threads.
 */
public final class KvLong {
  private static final int TRIES = 50;

  private final KvClient client;
  private final ByteSeq key;

  KvLong(KvClient client, ByteSeq key) {
    this.client = client;
    this.key = key;
  }

  public ByteSeq key() {
    return key;
  }

  /** Linearizable. */
  public long get() {
    return Numbers.of(key, client.get(key).found());
  }

  public void set(long value) {
    client.put(key, Numbers.text(value));
  }

  /** Sets it, and returns what it was. What was there instead of a number is replaced, and refused as {@link RefusedCode#NOT_A_NUMBER} afterwards. */
  public long getAndSet(long value) {
    return Numbers.of(key, client.getAndPut(key, Numbers.text(value)).previous());
  }

  /** One request, however many add at once. @return what it came to */
  public long addAndGet(long delta) {
    return client.add(key, delta).value();
  }

  /** @return what it was */
  public long getAndAdd(long delta) {
    return addAndGet(delta) - delta; // In 64 bits this is exact, also where it passes the end: the server has refused a sum that does.
  }

  public long incrementAndGet() {
    return addAndGet(1);
  }

  public long decrementAndGet() {
    return addAndGet(-1);
  }

  /** Sets it if it is {@code expected}. @return whether it was */
  public boolean compareAndSet(long expected, long value) {
    ByteSeq stands = Numbers.text(expected);
    for (int i = 0; i < TRIES; i++) {
      SwapResult swap = client.compareAndSet(key, stands, Numbers.text(value));
      if (swap.swapped()) {
        return true;
      }
      if (Numbers.of(key, swap.found()) != expected) {
        return false;
      }
      if (swap.found().isEmpty()) {
        if (client.putIfAbsent(key, Numbers.text(value)).swapped()) {
          return true;
        }
      } else {
        stands = swap.found().get().value(); // The same number in another way, as 007.
      }
    }
    throw outrun(TRIES);
  }

  /** As {@link #update(LongUnaryOperator, int)} with 50 tries. */
  public long update(LongUnaryOperator function) {
    return update(function, TRIES);
  }

  /**
   * Sets it to what the function makes of it. The function is called anew each time somebody else came between, after a wait; so it should do nothing
   * else that counts. Refused with {@link RefusedCode#TXN_CONFLICT} when the tries are used up, with {@link RefusedCode#DEADLINE} when the client's
   * deadline is over; nothing was changed then. For sums {@link #addAndGet} needs no tries.
   *
   * @return what it came to
   */
  public long update(LongUnaryOperator function, int tries) {
    return client.transact(TransactOptions.DEFAULT.withTries(tries), tx -> {
      long after = function.applyAsLong(Numbers.of(key, tx.get(key)));
      tx.put(key, Numbers.text(after));
      return after;
    });
  }

  private RefusedException outrun(int tries) {
    return new RefusedException(RefusedCode.TXN_CONFLICT, key + " was changed at the same time by others, " + tries + " times in a row");
  }
}
