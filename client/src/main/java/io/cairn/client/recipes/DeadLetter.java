package io.cairn.client.recipes;

import io.cairn.client.ByteSeq;

/**
 * A message that was delivered as often as {@link QueueOptions#deliveriesMax} allows, and never acknowledged.
 *
 * @param number what it had in the queue
 */
public record DeadLetter(long number, ByteSeq value) {

  public String valueUtf8() {
    return value.utf8();
  }
}
