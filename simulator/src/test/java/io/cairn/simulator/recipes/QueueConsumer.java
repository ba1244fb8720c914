package io.cairn.simulator.recipes;

import io.cairn.client.ByteSeq;
import io.cairn.client.Compare;
import io.cairn.client.KeyRange;
import io.cairn.client.KeyValue;
import io.cairn.client.Lease;
import io.cairn.client.RangeOptions;
import io.cairn.client.RangeResult;
import io.cairn.client.RefusedException;
import io.cairn.client.Txn;
import io.cairn.client.TxnOp;
import io.cairn.client.TxnResult;
import io.cairn.client.core.Operation;
import io.cairn.jepsen.check.QueueStory.Outcome;
import io.cairn.simulator.cluster.SimClient;
import io.cairn.simulator.oracle.LeaseTimes;
import io.cairn.simulator.schedule.SimRandom;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Takes the oldest message that nobody has, works on it for a while, and says that it is done. Now and then it takes longer than it may, gives the
 * message back, or forgets it. Whoever finds that another was faster looks again, so that nobody takes a message while an older one is free.
 */
final class QueueConsumer {
  private static final long MILLI = Traffic.MILLI;
  /** The visibility time. */
  private static final Duration TTL = Duration.ofSeconds(1);
  private static final long CALL_NANOS = 1_000 * MILLI;

  private final QueueTraffic traffic;
  private final SimClient client;
  private final SimRandom random;
  private final int number;
  private int claims;

  QueueConsumer(QueueTraffic traffic, int number, SimRandom random) {
    this.traffic = traffic;
    this.client = traffic.newClient();
    this.number = number;
    this.random = random;
  }

  void next() {
    if (traffic.isDrained()) {
      traffic.goes();
    } else {
      traffic.later(random.exponential(40 * MILLI), this::look);
    }
  }

  private void look() {
    client.start(new Operation.Range(KeyRange.prefix(QueueTraffic.QUEUE), RangeOptions.DEFAULT), CALL_NANOS)
        .whenComplete((RangeResult range, Throwable failure) -> {
          Optional<KeyValue> free = failure == null ? oldest(range.keyValues()) : Optional.empty();
          if (free.isPresent()) {
            grant(free.get());
          } else {
            next();
          }
        });
  }

  private static Optional<KeyValue> oldest(List<KeyValue> keys) {
    Set<String> taken = new HashSet<>();
    keys.stream().map(KeyValue::keyUtf8).filter(key -> key.startsWith(QueueTraffic.CLAIMS)).map(key -> key.substring(QueueTraffic.CLAIMS.length()))
        .forEach(taken::add);
    return keys.stream().filter(key -> key.keyUtf8().startsWith(QueueTraffic.MESSAGES) && !taken.contains(name(key)))
        .min(Comparator.comparingLong(KeyValue::createRevision));
  }

  private static String name(KeyValue message) {
    return message.keyUtf8().substring(QueueTraffic.MESSAGES.length());
  }

  private void grant(KeyValue message) {
    long asked = traffic.now();
    client.start(new Operation.Grant(0, TTL), CALL_NANOS).whenComplete((Lease lease, Throwable failure) -> {
      if (failure == null) {
        take(message, lease.id(), asked + (long) (TTL.toNanos() * (1 - LeaseTimes.CLOCK_RATE)));
      } else {
        next();
      }
    });
  }

  private void take(KeyValue message, long lease, long until) {
    String claimed = "c" + number + "-" + ++claims;
    traffic.claims(claimed, until);
    var claim = ByteSeq.utf8(QueueTraffic.CLAIMS + name(message));
    Txn txn = Txn.ifAll(Compare.createRevision(message.key()).equalTo(message.createRevision()), Compare.missing(claim))
        .then(TxnOp.put(claim, ByteSeq.utf8(claimed + ":")).withLease(lease));
    client.start(new Operation.Transaction(txn), CALL_NANOS).whenComplete((TxnResult done, Throwable failure) -> {
      if (failure == null && done.succeeded()) {
        traffic.met("taken");
        work(name(message), claimed, done.revision());
      } else {
        traffic.met(failure == null ? "another-was-faster" : "not-taken");
        next();
      }
    });
  }

  private void work(String message, String claimed, long token) {
    if (random.chance(0.1)) {
      traffic.met("forgotten");
      next();
      return;
    }
    long takes = random.chance(0.2) ? random.between(800, 2_500) : random.between(1, 200);
    traffic.later(takes * MILLI, () -> {
      if (random.chance(0.1)) {
        giveBack(message, claimed, token);
      } else {
        acknowledge(message, token);
      }
    });
  }

  private void giveBack(String message, String claimed, long token) {
    traffic.givesBack(claimed);
    String claim = QueueTraffic.CLAIMS + message;
    client.start(new Operation.Transaction(Txn.ifAll(Compare.createRevision(claim).equalTo(token)).then(TxnOp.delete(claim))), CALL_NANOS)
        .whenComplete((TxnResult done, Throwable failure) -> {
          if (failure == null && done.succeeded()) {
            traffic.met("given-back");
          }
          next();
        });
  }

  private void acknowledge(String message, long token) {
    int asked = traffic.acknowledges(message, token);
    String claim = QueueTraffic.CLAIMS + message;
    Txn txn = Txn.ifAll(Compare.createRevision(claim).equalTo(token)).then(TxnOp.delete(QueueTraffic.MESSAGES + message), TxnOp.delete(claim));
    client.start(new Operation.Transaction(txn), CALL_NANOS).whenComplete((TxnResult done, Throwable failure) -> {
      if (failure == null && done.succeeded()) {
        traffic.met("acknowledged");
        traffic.wasAcknowledged(asked, Outcome.DONE, done.revision());
      } else if (failure == null || failure instanceof RefusedException) {
        traffic.met(failure == null ? "too-late" : "refused");
        traffic.wasAcknowledged(asked, Outcome.REFUSED, 0);
      }
      next();
    });
  }
}
