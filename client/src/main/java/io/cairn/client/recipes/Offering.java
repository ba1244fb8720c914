package io.cairn.client.recipes;

import io.cairn.client.ByteSeq;
import io.cairn.client.Compare;
import io.cairn.client.RefusedCode;
import io.cairn.client.RefusedException;
import io.cairn.client.Txn;
import io.cairn.client.TxnOp;
import io.cairn.client.TxnResult;
import io.cairn.client.seams.ClientSeams;
import io.cairn.client.seams.Turns;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Puts messages behind the last one. Of one client one transaction is under way at a time, with all that was offered meanwhile: so threads of a client never
 * run into each other, and cost no more than one. Clients do: each transaction says which number it found last, one is done, the others begin again behind it.
 */
final class Offering {
  /** In one transaction; the server takes 1,024 operations, 1 MiB. */
  static final int MESSAGES_MAX = 500;

  static final int BYTES_MAX = 768 << 10;
  /** What a message's key takes of these. */
  private static final int KEY_BYTES = 1_200;

  private static final int TRIES = 200;
  /** Why a transaction may be refused for what one of its messages is. */
  private static final Set<RefusedCode> OF_ONE = EnumSet.of(RefusedCode.VALUE_TOO_LARGE, RefusedCode.TXN_TOO_LARGE, RefusedCode.BAD_REQUEST);

  /** @param numbers told when they are in: those of its messages */
  private record Offer(List<ByteSeq> values, long bytes, CompletableFuture<List<Long>> numbers) {}

  private final Store store;
  private final ClientSeams seams;
  private final QueueKeys keys;
  private final Turns turns;
  private final ArrayDeque<Offer> waiting = new ArrayDeque<>();
  private boolean underWay;
  /** The number given last, as far as is known; the store says so when it is another one. */
  private long tail;

  Offering(Store store, ClientSeams seams, QueueKeys keys) {
    this.store = store;
    this.seams = seams;
    this.keys = keys;
    this.turns = new Turns(seams.callbacks());
  }

  /** @return their numbers, in order, once all of them are in */
  CompletionStage<List<Long>> offer(List<ByteSeq> values) {
    long bytes = values.stream().mapToLong(value -> value.size() + KEY_BYTES).sum();
    if (values.size() > MESSAGES_MAX || values.size() > 1 && bytes > BYTES_MAX) {
      throw new IllegalArgumentException("At most " + MESSAGES_MAX + " messages go in together, with at most " + BYTES_MAX
          + " bytes, where each counts " + KEY_BYTES + " more; these are " + values.size() + " with " + bytes + " bytes");
    }
    Offer offer = new Offer(List.copyOf(values), bytes, new CompletableFuture<>());
    if (values.isEmpty()) {
      offer.numbers.complete(List.of());
      return offer.numbers;
    }
    turns.execute(() -> {
      waiting.add(offer);
      if (!underWay) {
        next();
      }
    });
    return offer.numbers;
  }

  private void next() {
    List<Offer> batch = new ArrayList<>();
    long bytes = 0;
    int messages = 0;
    while (!waiting.isEmpty()) {
      Offer first = waiting.peek();
      bytes += first.bytes;
      messages += first.values.size();
      if (!batch.isEmpty() && (bytes > BYTES_MAX || messages > MESSAGES_MAX)) {
        break;
      }
      batch.add(waiting.poll());
    }
    underWay = !batch.isEmpty();
    if (underWay) {
      put(batch, 0);
    }
  }

  private void put(List<Offer> batch, int tried) {
    List<TxnOp> puts = new ArrayList<>();
    long number = tail;
    for (Offer offer : batch) {
      for (ByteSeq value : offer.values) {
        number++;
        puts.add(TxnOp.put(keys.item(number), value));
      }
    }
    puts.add(TxnOp.put(keys.tail(), Numbers.text(number)));
    Compare unchanged = tail == 0 ? Compare.missing(keys.tail()) : Compare.value(keys.tail()).equalTo(Numbers.text(tail));
    CompletionStage<TxnResult> done;
    try {
      done = store.txn(Txn.ifAll(unchanged).then(puts).otherwise(TxnOp.get(keys.tail())));
    } catch (RuntimeException e) {
      done = CompletableFuture.failedFuture(e);
    }
    done.whenComplete((result, why) -> turns.execute(() -> {
      if (why != null) {
        end(batch, Answers.asRuntime(why));
      } else if (result.succeeded()) {
        end(batch);
      } else {
        behindOthers(batch, result, tried + 1);
      }
    }));
  }

  private void behindOthers(List<Offer> batch, TxnResult result, int tried) {
    try {
      tail = Numbers.of(keys.tail(), result.range(0).first());
    } catch (RefusedException e) {
      end(batch, e);
      return;
    }
    if (tried >= TRIES) {
      end(batch, new RefusedException(RefusedCode.TXN_CONFLICT, "Other clients offered to queue '" + keys.name() + "' at the same time, "
          + tried + " times in a row"));
    } else {
      put(batch, tried); // At once: each time one of them got in, so they go no faster than the store.
    }
  }

  private void end(List<Offer> batch) {
    List<Runnable> told = new ArrayList<>();
    for (Offer offer : batch) {
      List<Long> numbers = new ArrayList<>();
      for (int i = 0; i < offer.values.size(); i++) {
        numbers.add(++tail);
      }
      told.add(() -> offer.numbers.complete(numbers));
    }
    next();
    told.forEach(seams.callbacks()::execute);
  }

  private void end(List<Offer> batch, RuntimeException why) {
    if (batch.size() > 1 && why instanceof RefusedException refused && OF_ONE.contains(refused.code())) {
      putHalf(batch);
      return;
    }
    next();
    batch.forEach(offer -> seams.callbacks().execute(() -> offer.numbers.completeExceptionally(why)));
  }

  /** One of them is what was refused, or their sum, and no reason to refuse all: the others stay in front of what waits. */
  private void putHalf(List<Offer> batch) {
    int half = batch.size() / 2;
    for (int i = batch.size() - 1; i >= half; i--) {
      waiting.addFirst(batch.get(i));
    }
    put(batch.subList(0, half), 0);
  }
}
