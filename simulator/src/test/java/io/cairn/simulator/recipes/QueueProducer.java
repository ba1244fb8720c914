package io.cairn.simulator.recipes;

import io.cairn.client.ByteSeq;
import io.cairn.client.PutResult;
import io.cairn.client.RefusedException;
import io.cairn.client.core.Operation;
import io.cairn.jepsen.check.QueueStory.Outcome;
import io.cairn.simulator.cluster.SimClient;
import io.cairn.simulator.schedule.SimRandom;

/** Sends one message after the other; one that was refused is not sent again. */
final class QueueProducer {
  private static final long MILLI = Traffic.MILLI;

  private final QueueTraffic traffic;
  private final SimClient client;
  private final SimRandom random;
  private final int number;
  private int messages;

  QueueProducer(QueueTraffic traffic, int number, SimRandom random) {
    this.traffic = traffic;
    this.client = traffic.newClient();
    this.number = number;
    this.random = random;
  }

  void next() {
    if (traffic.stopping()) {
      traffic.produced();
    } else {
      traffic.later(random.exponential(150 * MILLI), this::send);
    }
  }

  private void send() {
    // Their order is that of their revisions, and none of names.
    String message = random.between(100, 999) + "-" + number + "-" + ++messages;
    int sent = traffic.sends(message);
    var put = new Operation.Put(ByteSeq.utf8(QueueTraffic.MESSAGES + message), ByteSeq.utf8(message + ":"), false);
    client.start(put, random.chance(0.5) ? 3_000 * MILLI : random.between(5, 200) * MILLI).whenComplete((PutResult done, Throwable failure) -> {
      if (failure == null) {
        traffic.met("sent");
        traffic.wasSent(sent, Outcome.DONE);
      } else if (failure instanceof RefusedException) {
        traffic.wasSent(sent, Outcome.REFUSED);
      }
      next();
    });
  }
}
