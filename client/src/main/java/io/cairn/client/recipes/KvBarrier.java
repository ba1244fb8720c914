package io.cairn.client.recipes;

import io.cairn.client.ByteSeq;
import io.cairn.client.Compare;
import io.cairn.client.KeyRange;
import io.cairn.client.KeyValue;
import io.cairn.client.RangeOptions;
import io.cairn.client.RangeResult;
import io.cairn.client.RefusedCode;
import io.cairn.client.RefusedException;
import io.cairn.client.Session;
import io.cairn.client.Txn;
import io.cairn.client.TxnOp;
import io.cairn.client.TxnResult;
import io.cairn.client.UnknownOutcomeException;
import io.cairn.client.WatchEvent;
import io.cairn.client.seams.ClientSeams;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Where so many participants begin together and end together, round after round: {@link Recipes#barrier}. Whoever enters waits until all have; whoever leaves
 * waits until all have left, and then the next round begins.
 *
 * <p>Each participant is there under the lease of its session. One that dies while others still come is not counted any more, and its place is free. One that
 * dies after all have come counts as having left: nobody waits for the dead, and nobody is told that it had not finished; who must know that has each
 * participant write what it has done. Safe for any number of threads.
 */
public final class KvBarrier {
  /** Each one that enters looks over those before it. */
  static final int PARTIES_MAX = 4_000;

  private final Store store;
  private final ClientSeams seams;
  private final RecipeKeys keys;
  private final int parties;
  private final ByteSeq roundKey;
  private final KeyRange inside;

  KvBarrier(Store store, ClientSeams seams, String name, int parties) {
    if (parties < 1 || parties > PARTIES_MAX) {
      throw new IllegalArgumentException("A barrier is of 1 to " + PARTIES_MAX + " participants, not of " + parties);
    }
    this.store = store;
    this.seams = seams;
    this.keys = RecipeKeys.of(name, "barrier");
    this.parties = parties;
    this.roundKey = keys.key("round");
    this.inside = keys.below("in/");
  }

  /** One who has entered, in one round. */
  public final class Entry {
    private final ByteSeq key;
    private final long token;
    private final BarrierRound round;
    /** Its key is gone by its own doing, for certain. */
    private volatile boolean left;
    /** The same may be so: nobody knows what became of the delete. */
    private volatile boolean mayHaveLeft;

    private Entry(ByteSeq key, long token, BarrierRound round) {
      this.key = key;
      this.token = token;
      this.round = round;
    }

    /** From 1 on; the same for all who entered together. */
    public long round() {
      return round.number();
    }

    /**
     * Leaves, and waits until all have left, or died. False when they had not within that time; this one has left all the same, and the call may be made
     * again to wait on.
     *
     * @throws InterruptedException when interrupted; it has left, or the call may be made again
     * @throws RefusedException with {@link RefusedCode#LEASE_NOT_FOUND} when its session had ended before: the others may have gone on long ago
     */
    public boolean leave(Duration most) throws InterruptedException {
      Answers.of(leaving(this));
      return Answers.of(othersLeave(this, most)).isPresent();
    }

    /** As {@link #leave}, without waiting. */
    public CompletionStage<Boolean> leaveAsync(Duration most) {
      return Answers.then(leaving(this), gone -> Answers.map(othersLeave(this, most).future(), Optional::isPresent));
    }
  }

  /**
   * Enters, and waits until all have. A participant that is inside under another session, as before it was restarted, is waited for until that one's lease has
   * ended; one that is inside under this session already is the same one.
   *
   * @param participant 1 to 256 bytes, without control characters; another one for each
   * @return empty when others were missing as the time ended; then it has not entered
   * @throws InterruptedException when interrupted; it leaves in the background
   * @throws RefusedException with {@link RefusedCode#LEASE_NOT_FOUND} when its session ended meanwhile, with {@link RefusedCode#BAD_REQUEST} when others say
   *     another number of participants
   * @throws io.cairn.client.UnknownOutcomeException it may be inside, also when the store was away as the time ended; the same call again finds out, and the
   *     end of the session ends it
   */
  public Optional<Entry> enter(String participant, Session session, Duration most) throws InterruptedException {
    return Answers.of(entering(participant, session.lease(), most));
  }

  /** As {@link #enter}, without waiting. */
  public CompletionStage<Optional<Entry>> enterAsync(String participant, Session session, Duration most) {
    return entering(participant, session.lease(), most).future();
  }

  Waiter.Waiting<Optional<Entry>> entering(String participant, long lease, Duration most) {
    Entering entering = new Entering(keys.key("in/" + RecipeKeys.checkParticipant(participant)), lease);
    Waiter.Waiting<Optional<Entry>> waiting = new Waiter<Entry>(store, seams, keys.all(), entering::concerns, entering::look, entry -> { }).begin(most);
    CompletableFuture<Optional<Entry>> entered = new CompletableFuture<>();
    waiting.future().whenComplete((found, why) -> (why == null && found.isPresent() ? waiting.future() : entering.ends(why)).whenComplete((last, failed) -> {
      if (failed != null) {
        entered.completeExceptionally(Answers.asRuntime(failed));
      } else if (!entered.complete(last)) {
        last.ifPresent(this::abandon); // Who asked has cancelled.
      }
    }));
    entered.whenComplete((found, why) -> {
      if (entered.isCancelled()) {
        waiting.giveUp();
      }
    });
    return new Waiter.Waiting<>() {
      @Override
      public CompletableFuture<Optional<Entry>> future() {
        return entered;
      }

      @Override
      public void giveUp() {
        waiting.giveUp();
        entered.thenAccept(found -> found.ifPresent(KvBarrier.this::abandon));
      }
    };
  }

  /** Nobody waits for it: it is taken out in the background, at the latest by the end of its session. */
  private void abandon(Entry entry) {
    leaving(entry);
  }

  private record Inside(BarrierRound round, boolean isNew, Optional<KeyValue> own, boolean empty, long revision) {}

  private Inside inside(RangeResult read, ByteSeq own) {
    Optional<KeyValue> round = Optional.empty();
    Optional<KeyValue> mine = Optional.empty();
    boolean empty = true;
    for (KeyValue kv : read.keyValues()) {
      if (kv.key().equals(roundKey)) {
        round = Optional.of(kv);
      } else {
        empty = false;
        mine = kv.key().equals(own) ? Optional.of(kv) : mine;
      }
    }
    BarrierRound now = round.map(kv -> BarrierRound.of(roundKey, kv.value(), parties)).orElse(BarrierRound.first(parties));
    return new Inside(now, round.isEmpty(), mine, empty, read.revision());
  }

  private CompletionStage<Inside> look(ByteSeq own) {
    return Answers.map(store.range(keys.all(), RangeOptions.DEFAULT), read -> inside(read, own));
  }

  /** All have gone, the last one by dying: whoever sees that begins the next round; of several who do, one does. */
  private <T> CompletionStage<Waiter.Seen<T>> beginNext(BarrierRound full) {
    Txn txn = Txn.ifAll(Compare.value(roundKey).equalTo(full.text()), Compare.missing(inside)).then(TxnOp.put(roundKey, full.following().text()));
    return Answers.map(store.txn(txn), done -> Waiter.Seen.outrun());
  }

  /** One participant on its way in. Touched by one look after the other. */
  private final class Entering {
    private final ByteSeq key;
    private final long lease;
    /** The round it has come in, with the revision of its key; null until then. */
    private BarrierRound came;
    private long token;

    Entering(ByteSeq key, long lease) {
      this.key = key;
      this.lease = lease;
    }

    /** That others come does not concern it; that the round is full does, and who goes. */
    boolean concerns(WatchEvent event) {
      return event.key().equals(roundKey) || !event.isPut();
    }

    CompletionStage<Waiter.Seen<Entry>> look() {
      return Answers.then(KvBarrier.this.look(key), now -> came == null ? comes(now) : CompletableFuture.completedFuture(waits(now)));
    }

    private CompletionStage<Waiter.Seen<Entry>> comes(Inside now) {
      boolean own = now.own().isPresent() && now.own().get().lease() == lease;
      if (own) {
        came = new BarrierRound(false, now.round().number(), parties);
        token = now.own().get().createRevision();
        return CompletableFuture.completedFuture(waits(now));
      }
      if (now.round().full()) {
        return now.empty() ? beginNext(now.round()) : CompletableFuture.completedFuture(Waiter.Seen.nothing(now.revision()));
      }
      if (now.own().isPresent()) {
        return CompletableFuture.completedFuture(Waiter.Seen.nothing(now.revision())); // An earlier life of it, until its lease ends.
      }
      Compare unchanged = now.isNew() ? Compare.missing(roundKey) : Compare.value(roundKey).equalTo(now.round().text());
      Txn full = Txn.ifAll(Compare.count(inside).atLeast(parties)).then(TxnOp.put(roundKey, now.round().filled().text()));
      Txn txn = Txn.ifAll(unchanged, Compare.missing(key)).then(TxnOp.put(key, ByteSeq.EMPTY).withLease(lease),
          TxnOp.txn(now.isNew() ? full.otherwise(TxnOp.put(roundKey, now.round().text())) : full));
      return Answers.map(store.txn(txn), done -> {
        if (!done.succeeded()) {
          return Waiter.Seen.outrun();
        }
        came = now.round();
        token = done.revision();
        return done.nested(1).succeeded() ? Waiter.Seen.found(new Entry(key, token, came)) : Waiter.Seen.nothing(done.revision());
      });
    }

    private Waiter.Seen<Entry> waits(Inside now) {
      if (now.round().full() && now.round().number() == came.number()) {
        return Waiter.Seen.found(new Entry(key, token, came));
      }
      if (now.own().isEmpty() || now.own().get().createRevision() != token) {
        throw new RefusedException(RefusedCode.LEASE_NOT_FOUND, "The session of the participant ended while it waited for the others; it is not in the barrier");
      }
      return Waiter.Seen.nothing(now.revision());
    }

    /** Nobody has let it go in. One that is inside is told so, or that nobody knows: never that certainly nothing was done. */
    CompletionStage<Optional<Entry>> ends(Throwable why) {
      boolean passes = why instanceof RefusedException refused && Waiter.PASSING.contains(refused.code());
      if (why == null) {
        return withdraw();
      } else if (came == null || !passes) {
        return CompletableFuture.failedFuture(why);
      }
      CompletableFuture<Optional<Entry>> out = new CompletableFuture<>();
      withdraw().whenComplete((found, again) -> {
        if (again == null) {
          out.complete(found);
        } else {
          out.completeExceptionally(new UnknownOutcomeException("The store was away as the time ended: the participant may be in the barrier, until the end of its "
              + "session, and the others may count it (" + why.getMessage() + ")"));
        }
      });
      return out;
    }

    /** The time is over: out again, unless all have come meanwhile. */
    CompletionStage<Optional<Entry>> withdraw() {
      if (came == null) {
        return CompletableFuture.completedFuture(Optional.empty());
      }
      Txn txn = Txn.ifAll(Compare.value(roundKey).equalTo(came.text()), Compare.createRevision(key).equalTo(token)).then(TxnOp.delete(key))
          .otherwise(TxnOp.get(roundKey));
      return Answers.map(store.txn(txn), done -> {
        boolean entered = !done.succeeded() && done.range(0).first().map(kv -> kv.value().equals(came.filled().text())).orElse(false);
        return entered ? Optional.of(new Entry(key, token, came)) : Optional.empty();
      });
    }
  }

  private CompletionStage<Boolean> leaving(Entry entry) {
    if (entry.left) {
      return CompletableFuture.completedFuture(true);
    }
    BarrierRound full = entry.round.filled();
    Txn last = Txn.ifAll(Compare.missing(inside), Compare.value(roundKey).equalTo(full.text())).then(TxnOp.put(roundKey, full.following().text()));
    Txn txn = Txn.ifAll(Compare.createRevision(entry.key).equalTo(entry.token)).then(TxnOp.delete(entry.key), TxnOp.txn(last));
    CompletionStage<TxnResult> deleted = store.txn(txn);
    deleted.whenComplete((done, why) -> entry.mayHaveLeft |= why instanceof UnknownOutcomeException);
    return Answers.map(deleted, done -> {
      if (!done.succeeded() && !entry.left && !entry.mayHaveLeft) {
        throw new RefusedException(RefusedCode.LEASE_NOT_FOUND, "The session of the participant ended before it left; the others did not wait for it");
      }
      entry.left = true;
      return true;
    });
  }

  private Waiter.Waiting<Optional<Boolean>> othersLeave(Entry entry, Duration most) {
    return new Waiter<Boolean>(store, seams, keys.all(), event -> event.key().equals(roundKey) || !event.isPut(),
        () -> Answers.then(look(entry.key), now -> {
          if (!now.round().full() || now.round().number() != entry.round()) {
            return CompletableFuture.completedFuture(Waiter.Seen.found(true));
          }
          return now.empty() ? beginNext(now.round()) : CompletableFuture.completedFuture(Waiter.Seen.nothing(now.revision()));
        }), gone -> { }).begin(most);
  }
}
