package io.cairn.client.recipes;

import io.cairn.client.ByteSeq;
import io.cairn.client.Compare;
import io.cairn.client.KeyValue;
import io.cairn.client.RangeOptions;
import io.cairn.client.RefusedCode;
import io.cairn.client.RefusedException;
import io.cairn.client.Txn;
import io.cairn.client.TxnOp;
import io.cairn.client.TxnResult;
import io.cairn.client.seams.ClientSeams;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * A queue that outlives its clients: {@link Recipes#queue}. Messages are delivered first in, first out; who takes one acknowledges it when it is done. One that
 * is not acknowledged within the visibility time is delivered again, to whoever asks, in its old place: before all messages offered later. So each is
 * delivered once or more, and acknowledged by exactly one.
 *
 * <p>The order is that of create revisions. With one taker messages are delivered in that order; several at once have several in hand, and one of them
 * that dies leaves a message that others then get late. All of a queue lies in one shard. Safe for any number of threads; make one and share it: what threads
 * of one {@code KvQueue} offer at the same time costs one request.
 */
public final class KvQueue {
  private static final int DEAD_LETTERS_MAX = 1_000;
  private static final int SIZE_PAGE = 10_000;

  private final Store store;
  private final QueueKeys keys;
  private final Offering offering;
  private final Taking taking;

  KvQueue(Store store, ClientSeams seams, String name, QueueOptions options) {
    this.store = store;
    this.keys = new QueueKeys(name);
    this.offering = new Offering(store, seams, keys);
    this.taking = new Taking(store, seams, keys, options);
  }

  public String name() {
    return keys.name();
  }

  public long offer(String value) {
    return offer(ByteSeq.utf8(value));
  }

  /**
   * Puts a message behind all that are there; durable when this returns.
   *
   * @return its number, larger than that of every message before
   * @throws RefusedException it is not in; with {@link RefusedCode#TXN_CONFLICT} where other clients came between 200 times
   * @throws io.cairn.client.UnknownOutcomeException it may be in; offered again it may be in twice
   */
  public long offer(ByteSeq value) {
    return Answers.of(offering.offer(List.of(value))).get(0);
  }

  /** As {@link #offer(ByteSeq)}, without waiting. */
  public CompletionStage<Long> offerAsync(ByteSeq value) {
    return Answers.map(offering.offer(List.of(value)), numbers -> numbers.get(0));
  }

  /**
   * Puts messages one behind the other with nothing between them, all at one revision or none.
   *
   * @param values at most 500, with at most 768 KiB, where each counts 1,200 bytes more
   * @return their numbers
   */
  public List<Long> offerAll(List<ByteSeq> values) {
    return Answers.of(offerAllAsync(values));
  }

  /** As {@link #offerAll}, without waiting. */
  public CompletionStage<List<Long>> offerAllAsync(List<ByteSeq> values) {
    return offering.offer(values);
  }

  /** Takes the first message that is nobody's, if there is one. */
  public Optional<QueueMessage> poll() {
    return Answers.of(takeAsync(Duration.ZERO));
  }

  /**
   * Takes the first message that is nobody's, and waits for one; nothing is asked while nothing happens. Empty when none has come within that time. A call
   * that was under way as the time ended may take the client's deadline longer.
   *
   * @throws InterruptedException when interrupted; what was taken meanwhile is given back in the background
   * @throws io.cairn.client.UnknownOutcomeException a message may have been taken: then it is delivered again when its visibility time is over
   */
  public Optional<QueueMessage> take(Duration most) throws InterruptedException {
    return Answers.of(taking.begin(most));
  }

  /** As {@link #take}, without waiting. Who cancels the stage's future takes nothing along, as one who is interrupted. */
  public CompletionStage<Optional<QueueMessage>> takeAsync(Duration most) {
    return taking.begin(most).future();
  }

  /** How many messages are in it, those that somebody has in hand included. Looks at each. */
  public long size() {
    return Answers.of(sizeAsync());
  }

  /** As {@link #size}, without waiting. */
  public CompletionStage<Long> sizeAsync() {
    return sizeFrom(0, 0);
  }

  private CompletionStage<Long> sizeFrom(long from, long before) {
    return Answers.then(store.range(keys.itemsFrom(from), RangeOptions.DEFAULT.withKeysOnly().withLimit(SIZE_PAGE)), page -> {
      long size = before;
      long behind = from;
      for (KeyValue kv : page.keyValues()) {
        QueueKeys.ItemKey key = keys.itemKey(kv.key());
        if (key != null && key.isMessage()) {
          size++;
          behind = key.number() + 1;
        }
      }
      if (page.more() && behind == from) {
        throw new RefusedException(RefusedCode.BAD_REQUEST, "Among the messages of queue '" + keys.name() + "' there are more than " + SIZE_PAGE
            + " keys in a row that are none; a queue's keys are its own: delete those");
      }
      return page.more() ? sizeFrom(behind, size) : CompletableFuture.completedFuture(size);
    });
  }

  /** The first dead letters, in their old order. @param most 1 to 1,000 */
  public List<DeadLetter> deadLetters(int most) {
    if (most < 1 || most > DEAD_LETTERS_MAX) {
      throw new IllegalArgumentException("1 to " + DEAD_LETTERS_MAX + " dead letters are shown at once, not " + most);
    }
    List<DeadLetter> letters = new ArrayList<>();
    for (KeyValue kv : Answers.of(store.range(keys.deadLetters(), RangeOptions.DEFAULT.withLimit(most))).keyValues()) {
      long number = keys.deadNumber(kv.key());
      if (number >= 0) {
        letters.add(new DeadLetter(number, kv.value()));
      }
    }
    return letters;
  }

  /** Has a dead letter delivered again, as a message that was never delivered, in its old place. @return whether it was there */
  public boolean revive(DeadLetter letter) {
    return Answers.of(reviveAsync(letter));
  }

  /** As {@link #revive}, without waiting. */
  public CompletionStage<Boolean> reviveAsync(DeadLetter letter) {
    ByteSeq dead = keys.dead(letter.number());
    Txn revives = Txn.ifAll(Compare.exists(dead)).then(TxnOp.delete(dead), TxnOp.put(keys.item(letter.number()), letter.value()));
    return Answers.map(store.txn(revives), TxnResult::succeeded);
  }

  /** Forgets a dead letter. @return whether it was there */
  public boolean discard(DeadLetter letter) {
    return Answers.of(store.txn(Txn.of(TxnOp.delete(keys.dead(letter.number()))))).delete(0).deleted() > 0;
  }
}
