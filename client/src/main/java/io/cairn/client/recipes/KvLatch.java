package io.cairn.client.recipes;

import io.cairn.client.ByteSeq;
import io.cairn.client.Compare;
import io.cairn.client.KeyRange;
import io.cairn.client.KeyValue;
import io.cairn.client.RangeOptions;
import io.cairn.client.RangeResult;
import io.cairn.client.RefusedCode;
import io.cairn.client.RefusedException;
import io.cairn.client.Txn;
import io.cairn.client.TxnOp;
import io.cairn.client.TxnResult;
import io.cairn.client.WatchEvent;
import io.cairn.client.seams.ClientSeams;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Opens when so many participants have counted down, and stays open: {@link Recipes#latch}.
 *
 * <p>A participant counts once, however often it says so; so after an {@link io.cairn.client.UnknownOutcomeException}, or a restart, it says so again. What is
 * counted is no lease's and outlives who counted. Those that wait are woken once, by the latch's opening. Safe for any number of threads.
 */
public final class KvLatch {
  /** Each count looks over those before it, twice; a transaction may come upon 10,000 keys. */
  static final int COUNT_MAX = 4_000;

  private static final int TRIES = 5;

  private final Store store;
  private final ClientSeams seams;
  private final RecipeKeys keys;
  private final ByteSeq countKey;
  private final ByteSeq openKey;

  KvLatch(Store store, ClientSeams seams, String name) {
    this.store = store;
    this.seams = seams;
    this.keys = RecipeKeys.of(name, "latch");
    this.countKey = keys.key("count");
    this.openKey = keys.key("open");
  }

  /**
   * Makes the latch, unless it is there: then it stays as it is.
   *
   * @param count how many participants open it, 0 to 4,000
   * @return whether it was made
   */
  public boolean create(int count) {
    return Answers.of(createAsync(count));
  }

  public CompletionStage<Boolean> createAsync(int count) {
    if (count < 0 || count > COUNT_MAX) {
      throw new IllegalArgumentException("A latch counts down from 0 to " + COUNT_MAX + " participants, not from " + count);
    }
    Txn txn = Txn.ifAll(Compare.missing(countKey));
    TxnOp.Put counted = TxnOp.put(countKey, Numbers.text(count));
    return Answers.map(store.txn(count == 0 ? txn.then(counted, TxnOp.put(openKey, ByteSeq.EMPTY)) : txn.then(counted)), TxnResult::succeeded);
  }

  /**
   * Counts a participant, once for good.
   *
   * @param participant 1 to 256 bytes, without control characters
   * @return how many are still missing
   * @throws RefusedException with {@link RefusedCode#BAD_REQUEST} when the latch was not made yet
   */
  public long countDown(String participant) {
    return Answers.of(countDownAsync(participant));
  }

  public CompletionStage<Long> countDownAsync(String participant) {
    return countDown(keys.key("done/" + RecipeKeys.checkParticipant(participant)), 1);
  }

  private CompletionStage<Long> countDown(ByteSeq mark, int tried) {
    return Answers.then(count(), count -> {
      KeyRange marks = keys.below("done/");
      Txn txn = Txn.ifAll(Compare.value(countKey).equalTo(Numbers.text(count))).then(
          TxnOp.txn(Txn.ifAll(Compare.missing(mark)).then(TxnOp.put(mark, ByteSeq.EMPTY))),
          TxnOp.txn(Txn.ifAll(Compare.count(marks).atLeast(count), Compare.missing(openKey)).then(TxnOp.put(openKey, ByteSeq.EMPTY))),
          TxnOp.count(marks));
      return Answers.then(store.txn(txn), done -> {
        if (done.succeeded()) {
          return CompletableFuture.completedFuture(Math.max(0, count - done.range(2).count()));
        }
        return tried < TRIES ? countDown(mark, tried + 1)
            : CompletableFuture.failedFuture(new RefusedException(RefusedCode.TXN_CONFLICT, "The latch was deleted and made again meanwhile, time after time"));
      });
    });
  }

  /** How many are still missing. @throws RefusedException with {@link RefusedCode#BAD_REQUEST} when the latch was not made yet */
  public long remaining() {
    return Answers.of(remainingAsync());
  }

  /** As {@link #remaining}, without waiting. */
  public CompletionStage<Long> remainingAsync() {
    Txn looks = Txn.of(TxnOp.get(countKey), TxnOp.count(keys.below("done/")));
    return Answers.map(store.txn(looks), done -> Math.max(0, count(done.range(0).first()) - done.range(1).count()));
  }

  private CompletionStage<Long> count() {
    return Answers.map(store.range(KeyRange.single(countKey), RangeOptions.DEFAULT), read -> count(read.keyValues().stream().findFirst()));
  }

  private long count(Optional<KeyValue> found) {
    if (found.isEmpty()) {
      throw new RefusedException(RefusedCode.BAD_REQUEST, "Latch '" + keys.name() + "' was not made yet: create(count) makes it");
    }
    return Numbers.of(countKey, found);
  }

  /**
   * Waits until it is open, also for one that is yet to be made. False when it was not open within that time, which may be none.
   *
   * @throws InterruptedException when interrupted
   * @throws io.cairn.client.RefusedException when the store was away as the time ended
   */
  public boolean await(Duration most) throws InterruptedException {
    return Answers.of(waiting(most)).isPresent();
  }

  /** As {@link #await}, without waiting. */
  public CompletionStage<Boolean> awaitAsync(Duration most) {
    return Answers.map(waiting(most).future(), Optional::isPresent);
  }

  private Waiter.Waiting<Optional<Boolean>> waiting(Duration most) {
    KeyRange open = KeyRange.single(openKey);
    return new Waiter<Boolean>(store, seams, open, WatchEvent::isPut,
        () -> Answers.map(store.range(open, RangeOptions.DEFAULT), KvLatch::seen), opened -> { }).begin(most);
  }

  private static Waiter.Seen<Boolean> seen(RangeResult read) {
    return read.keyValues().isEmpty() ? Waiter.Seen.nothing(read.revision()) : Waiter.Seen.found(true);
  }

  /** Forgets the latch and who counted. Who still waits then waits for the next one of that name. */
  public void delete() {
    Answers.of(store.txn(Txn.of(TxnOp.deleteRange(keys.all()))));
  }
}
