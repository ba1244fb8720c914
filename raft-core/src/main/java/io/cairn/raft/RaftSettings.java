package io.cairn.raft;

/**
 * Times and bounds of one replica.
 *
 * @param electionTimeoutNanos shortest time without a leader after which a follower campaigns; also how long a voter that heard
 *     a leader refuses others. A leader's lease is half of it
 * @param electionJitterNanos upper bound (exclusive) of what is added by chance to each election timeout
 * @param heartbeatNanos time between heartbeat rounds; at most a third of the election timeout
 * @param maxAppendBytes most bytes of entries in one message (one entry may exceed it)
 * @param maxInflightBytes most bytes of entries sent to a follower and not acknowledged
 * @param maxInflightMessages most append messages to a follower that are not acknowledged
 * @param maxUncommittedBytes most bytes a leader appends beyond its commit index before it refuses proposals
 * @param maxApplyBytes most bytes of committed entries handed out and not yet applied (one entry may exceed it)
 */
public record RaftSettings(
    long electionTimeoutNanos,
    long electionJitterNanos,
    long heartbeatNanos,
    long maxAppendBytes,
    long maxInflightBytes,
    int maxInflightMessages,
    long maxUncommittedBytes,
    long maxApplyBytes) {

  public RaftSettings {
    require(heartbeatNanos > 0, "the heartbeat must be longer than 0, was " + heartbeatNanos + " ns");
    require(electionTimeoutNanos >= 3 * heartbeatNanos,
        "the election timeout must be at least 3 heartbeats (" + 3 * heartbeatNanos + " ns), was " + electionTimeoutNanos + " ns");
    require(electionJitterNanos > 0, "the election jitter must be longer than 0, was " + electionJitterNanos + " ns");
    require(maxAppendBytes > 0 && maxInflightBytes > 0 && maxInflightMessages > 0 && maxUncommittedBytes > 0 && maxApplyBytes > 0,
        "every bound must be above 0");
  }

  /** How long a lease lasts from the sending of the round that confirmed it: clock rates may differ by almost a factor of two. */
  public long leaseNanos() {
    return electionTimeoutNanos / 2;
  }

  /** How long its disk may stand still before a leader hands over; after twice as long it steps down. */
  public long diskPatienceNanos() {
    return 4 * electionTimeoutNanos;
  }

  private static void require(boolean claim, String message) {
    if (!claim) {
      throw new IllegalArgumentException(message);
    }
  }
}
