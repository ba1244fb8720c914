package io.cairn.client.recipes;

import io.cairn.client.Leases;
import java.time.Duration;

/**
 * How a queue delivers; all who take from it should say the same.
 *
 * @param visibility how long a message that was taken is kept from others, by the server's clock, unless it is acknowledged, released or extended before:
 *     1 s to 365 days
 * @param deliveriesMax a message that was delivered so often, and not acknowledged, becomes a dead letter in place of being delivered once more; 0: never
 */
public record QueueOptions(Duration visibility, int deliveriesMax) {

  /** 30 s; no dead letters. */
  public static final QueueOptions DEFAULT = new QueueOptions(Duration.ofSeconds(30), 0);

  public QueueOptions {
    if (visibility.compareTo(Leases.TTL_MIN) < 0 || visibility.compareTo(Leases.TTL_MAX) > 0) {
      throw new IllegalArgumentException("A queue's visibility time is 1 s to 365 days, was " + visibility);
    }
    if (deliveriesMax < 0) {
      throw new IllegalArgumentException("A message is delivered once or more before it is a dead letter (0: never one), not " + deliveriesMax + " times");
    }
  }

  public QueueOptions withVisibility(Duration time) {
    return new QueueOptions(time, deliveriesMax);
  }

  public QueueOptions withDeadLettersAfter(int deliveries) {
    return new QueueOptions(visibility, deliveries);
  }
}
