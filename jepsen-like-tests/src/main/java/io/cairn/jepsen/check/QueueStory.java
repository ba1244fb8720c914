package io.cairn.jepsen.check;

import java.util.List;

/**
 * What was seen of durable queues in a run: messages, each taken by a claim that goes by itself after a time, and acknowledged by who holds the claim.
 * Times are one clock's, in nanoseconds. No two messages of a run have the same name. A claim's token is the revision at which it was put.
 *
 * @param sent every message that anybody tried to send
 * @param messages those that were ever there, as the cluster itself has them
 * @param claims the same of claims
 * @param acknowledged every attempt to acknowledge one
 */
public record QueueStory(List<Sent> sent, List<Message> messages, List<Claim> claims, List<Acknowledged> acknowledged) {

  /** What became of a call. */
  public enum Outcome { DONE, REFUSED, UNKNOWN }

  public record Sent(String queue, String message, Outcome outcome) {}

  /** @param goneAt the revision of its delete; {@link Long#MAX_VALUE} while it is there */
  public record Message(String queue, String message, long sentAt, long goneAt) {}

  /**
   * A message was taken.
   *
   * @param at when
   * @param until before which nobody else may take it, by the longest that clocks may be off, unless it was given back
   * @param goneAt the revision at which the claim went; {@link Long#MAX_VALUE} while it is there
   * @param givenBack whether who had it has deleted it before its time was over
   */
  public record Claim(String queue, String message, long token, long at, long until, long goneAt, boolean givenBack) {}

  /**
   * A message was to be deleted, as done, if this claim stands.
   *
   * @param revision with DONE
   */
  public record Acknowledged(String queue, String message, long token, Outcome outcome, long revision) {}
}
