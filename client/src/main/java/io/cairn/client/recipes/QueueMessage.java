package io.cairn.client.recipes;

import io.cairn.client.ByteSeq;
import io.cairn.client.Compare;
import io.cairn.client.RefusedCode;
import io.cairn.client.RefusedException;
import io.cairn.client.Txn;
import io.cairn.client.TxnOp;
import java.util.concurrent.CompletionStage;

/**
 * A message that was taken from a {@link KvQueue}. Until its visibility time is over nobody else gets it. What is done for it may be done
 * again by somebody else, when this taker is slow or dies; so a second time must do no harm. Safe for any number of threads.
 */
public final class QueueMessage {
  private final Store store;
  private final QueueKeys keys;
  private final long number;
  private final ByteSeq value;
  private final long deliveries;
  private final long lease;
  private final long revision;

  /** @param revision at which it was delivered */
  QueueMessage(Store store, QueueKeys keys, long number, ByteSeq value, long deliveries, long lease, long revision) {
    this.store = store;
    this.keys = keys;
    this.number = number;
    this.value = value;
    this.deliveries = deliveries;
    this.lease = lease;
    this.revision = revision;
  }

  /** Its place in the queue: larger than that of every message offered before. The same each time it is delivered. */
  public long number() {
    return number;
  }

  public ByteSeq value() {
    return value;
  }

  public String valueUtf8() {
    return value.utf8();
  }

  /** Which delivery this is: 1 for the first. One that is larger says that somebody before had it, and may have done part of what is to be done, or all. */
  public long deliveries() {
    return deliveries;
  }

  /** It was delivered to nobody since, and is not gone: each delivery counts one more. The count itself would not do: a dead letter's begins anew. */
  Compare isMine() {
    return Compare.modRevision(keys.deliveries(number)).equalTo(revision);
  }

  /**
   * It is done: nobody gets it any more. Also after its visibility time, as long as nobody else was given it.
   *
   * @throws RefusedException with {@link RefusedCode#MESSAGE_PASSED} when it was delivered to somebody else, or is gone: acknowledged before, or a dead
   *     letter. Nothing was changed then
   * @throws io.cairn.client.UnknownOutcomeException it may be acknowledged; the same call again does no harm, and is refused if it was
   */
  public void acknowledge() {
    Answers.of(acknowledgeAsync());
  }

  /** As {@link #acknowledge}, without waiting. */
  public CompletionStage<Void> acknowledgeAsync() {
    return ifMine("acknowledged", TxnOp.deleteRange(keys.allOf(number)));
  }

  /** Gives it back, for the next one to take, before all messages behind it. Refused as {@link #acknowledge} is. */
  public void release() {
    Answers.of(releaseAsync());
  }

  /** As {@link #release}, without waiting. */
  public CompletionStage<Void> releaseAsync() {
    return ifMine("released", TxnOp.delete(keys.claim(number)));
  }

  /** Has the visibility time begin anew. Refused as {@link #acknowledge} is, and when that time is over. */
  public void extend() {
    Answers.of(extendAsync());
  }

  /** As {@link #extend}, without waiting. */
  public CompletionStage<Void> extendAsync() {
    return Answers.map(store.renew(lease), alive -> {
      if (!alive) {
        throw passed("extended");
      }
      return null;
    });
  }

  /** Its taker has gone. What comes of this nobody hears; at the latest the visibility time gives it back. */
  void giveBack() {
    releaseAsync();
  }

  private CompletionStage<Void> ifMine(String what, TxnOp operation) {
    return Answers.map(store.txn(Txn.ifAll(isMine()).then(operation)), done -> {
      if (!done.succeeded()) {
        throw passed(what);
      }
      return null;
    });
  }

  private RefusedException passed(String what) {
    return new RefusedException(RefusedCode.MESSAGE_PASSED, "Message " + number + " of queue '" + keys.name() + "' was not " + what
        + ": its visibility time was over, and it was delivered to somebody else, or it is gone; this was delivery " + deliveries);
  }
}
