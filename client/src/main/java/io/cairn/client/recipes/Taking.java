package io.cairn.client.recipes;

import io.cairn.client.ByteSeq;
import io.cairn.client.Compare;
import io.cairn.client.KeyValue;
import io.cairn.client.OpResult;
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
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Takes the first message that is nobody's, for one who asks for it: reads which those are, puts a ticket with a lease of the visibility time, and in one
 * transaction puts the claim of the first that still is nobody's under that lease, counts the delivery, and reads the message.
 *
 * <p><b>Why a ticket.</b> The end of a claim must be the server's to decide, so the claim is under a lease; a put in a transaction joins a lease and grants
 * none. A ticket grants one, in the shard of the queue, and goes in the transaction that claims, or by itself when its taker has died.
 */
final class Taking {
  /** Keys of a page; a message has three at most. */
  private static final int PAGE = 96;
  /** How many messages one transaction tries, one behind the other: transactions within are 8 deep at most. */
  private static final int CANDIDATES_MAX = 6;

  private final Store store;
  private final ClientSeams seams;
  private final QueueKeys keys;
  private final QueueOptions options;

  Taking(Store store, ClientSeams seams, QueueKeys keys, QueueOptions options) {
    this.store = store;
    this.seams = seams;
    this.keys = keys;
    this.options = options;
  }

  /** @param most how long one is waited for */
  Waiter.Waiting<Optional<QueueMessage>> begin(Duration most) {
    return new Waiter<QueueMessage>(store, seams, keys.items(), this::concerns, () -> look(0, 0), QueueMessage::giveBack).begin(most);
  }

  /** A message has come, or one is nobody's any more. */
  private boolean concerns(WatchEvent event) {
    QueueKeys.ItemKey key = keys.itemKey(event.key());
    return key != null && (event.isPut() ? key.isMessage() : key.isClaim());
  }

  /** @param revision of the first page: what happens behind that is told by the watch; 0 for the first page */
  private CompletionStage<Waiter.Seen<QueueMessage>> look(long from, long revision) {
    CompletionStage<RangeResult> page = store.range(keys.itemsFrom(from), RangeOptions.DEFAULT.withLimit(PAGE).withKeysOnly());
    return Answers.then(page, read -> {
      long since = revision == 0 ? read.revision() : revision;
      List<Long> free = free(read);
      if (!free.isEmpty()) {
        return claim(free);
      }
      return read.more() ? look(behind(from, read), since) : CompletableFuture.completedFuture(Waiter.Seen.nothing(since));
    });
  }

  private long behind(long from, RangeResult read) {
    long last = lastNumber(read);
    if (last == from) {
      throw keysOfOthers();
    }
    return last;
  }

  /** The first messages that have no claim. Of the last one of a page that is not the last, the claim may be on the next page. */
  private List<Long> free(RangeResult read) {
    List<Long> free = new ArrayList<>();
    for (KeyValue kv : read.keyValues()) {
      QueueKeys.ItemKey key = keys.itemKey(kv.key());
      if (key != null && key.isMessage()) {
        free.add(key.number());
      } else if (key != null && key.isClaim()) {
        free.remove(key.number());
      }
    }
    if (read.more()) {
      free.remove((Long) lastNumber(read));
    }
    return free.subList(0, Math.min(free.size(), CANDIDATES_MAX));
  }

  private long lastNumber(RangeResult read) {
    List<KeyValue> kvs = read.keyValues();
    for (int i = kvs.size() - 1; i >= 0; i--) {
      QueueKeys.ItemKey key = keys.itemKey(kvs.get(i).key());
      if (key != null) {
        return key.number();
      }
    }
    throw keysOfOthers();
  }

  private RefusedException keysOfOthers() {
    return new RefusedException(RefusedCode.BAD_REQUEST, "Among the messages of queue '" + keys.name() + "' there are more than " + PAGE
        + " keys in a row that are none; a queue's keys are its own: delete those");
  }

  private CompletionStage<Waiter.Seen<QueueMessage>> claim(List<Long> candidates) {
    ByteSeq ticket = keys.ticket(seams.random().nextLong());
    return Answers.then(store.put(ticket, ByteSeq.EMPTY, options.visibility()), granted -> {
      CompletionStage<Waiter.Seen<QueueMessage>> claimed = Answers.then(store.txn(claim(candidates, 0, ticket, granted.lease())),
          done -> delivered(candidates, done, granted.lease()));
      return orOutrun(claimed);
    });
  }

  /** A client that stood still between its ticket and its claim has a ticket no more; nothing was done, and it looks again. */
  private static CompletionStage<Waiter.Seen<QueueMessage>> orOutrun(CompletionStage<Waiter.Seen<QueueMessage>> claimed) {
    CompletableFuture<Waiter.Seen<QueueMessage>> answer = new CompletableFuture<>();
    claimed.whenComplete((seen, why) -> {
      if (why instanceof RefusedException refused && refused.code() == RefusedCode.LEASE_NOT_FOUND) {
        answer.complete(Waiter.Seen.outrun());
      } else if (why != null) {
        answer.completeExceptionally(why);
      } else {
        answer.complete(seen);
      }
    });
    return answer;
  }

  private Txn claim(List<Long> candidates, int at, ByteSeq ticket, long lease) {
    long number = candidates.get(at);
    TxnOp otherwise = at + 1 == candidates.size() ? TxnOp.delete(ticket) : TxnOp.txn(claim(candidates, at + 1, ticket, lease));
    return Txn.ifAll(Compare.exists(keys.item(number)), Compare.missing(keys.claim(number)))
        .then(TxnOp.put(keys.claim(number), ByteSeq.EMPTY).withLease(lease), TxnOp.add(keys.deliveries(number), 1),
            TxnOp.get(keys.item(number)), TxnOp.delete(ticket))
        .otherwise(otherwise);
  }

  private CompletionStage<Waiter.Seen<QueueMessage>> delivered(List<Long> candidates, TxnResult done, long lease) {
    boolean succeeded = done.succeeded();
    List<OpResult> results = done.results();
    for (int at = 0; at < candidates.size(); at++) {
      if (succeeded) {
        long deliveries = ((OpResult.Add) results.get(1)).value();
        KeyValue item = ((OpResult.Range) results.get(2)).first().orElseThrow();
        return delivered(new QueueMessage(store, keys, candidates.get(at), item.value(), deliveries, lease, done.revision()));
      }
      if (results.get(0) instanceof OpResult.Nested next) {
        succeeded = next.succeeded();
        results = next.results();
      }
    }
    return CompletableFuture.completedFuture(Waiter.Seen.outrun());
  }

  /** One that was delivered too often already is nobody's: it is moved by who would have got it. */
  private CompletionStage<Waiter.Seen<QueueMessage>> delivered(QueueMessage message) {
    if (options.deliveriesMax() == 0 || message.deliveries() <= options.deliveriesMax()) {
      return CompletableFuture.completedFuture(Waiter.Seen.found(message));
    }
    Txn dies = Txn.ifAll(message.isMine()).then(TxnOp.put(keys.dead(message.number()), message.value()), TxnOp.deleteRange(keys.allOf(message.number())));
    return Answers.map(store.txn(dies), done -> Waiter.Seen.further()); // For as long as there are such messages.
  }
}
