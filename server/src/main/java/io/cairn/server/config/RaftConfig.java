package io.cairn.server.config;

/**
 * The times of Raft. A leader's lease is half the election timeout.
 *
 * @param heartbeatNanos between two rounds of heartbeats
 * @param electionTimeoutNanos shortest silence of a leader after which a follower campaigns
 * @param electionJitterNanos what chance adds to it at most (exclusive), so that two rarely campaign at once
 * @param leaders where leadership of the data shards lies
 */
public record RaftConfig(long heartbeatNanos, long electionTimeoutNanos, long electionJitterNanos, Leaders leaders) {

  /** Where leadership of the data shards lies. */
  public enum Leaders {
    /** Evenly over the nodes. */
    SPREAD,
    /** On the node that leads the system shard, where the revisions are handed out. */
    TOGETHER
  }


  private static final int HEARTBEATS_PER_TIMEOUT_MIN = 5;

  public RaftConfig {
    new Mistakes()
        .bound(ConfigKeys.HEARTBEAT, heartbeatNanos)
        .bound(ConfigKeys.ELECTION_TIMEOUT, electionTimeoutNanos)
        .bound(ConfigKeys.ELECTION_JITTER, electionJitterNanos)
        .claim(electionTimeoutNanos >= HEARTBEATS_PER_TIMEOUT_MIN * heartbeatNanos, ConfigKeys.ELECTION_TIMEOUT, electionTimeoutNanos,
            "must be at least " + HEARTBEATS_PER_TIMEOUT_MIN + " x raft.heartbeat (" + print(heartbeatNanos)
                + "), or one late heartbeat deposes a leader")
        .claim(electionJitterNanos >= heartbeatNanos, ConfigKeys.ELECTION_JITTER, electionJitterNanos,
            "must be at least raft.heartbeat (" + print(heartbeatNanos) + "), or candidates keep meeting each other")
        .claim(electionJitterNanos <= electionTimeoutNanos, ConfigKeys.ELECTION_JITTER, electionJitterNanos,
            "must not exceed raft.election-timeout (" + print(electionTimeoutNanos) + "), or a failover may take thrice as long")
        .throwIfAny();
  }

  private static String print(long nanos) {
    return ConfigKeys.HEARTBEAT.type().print(nanos);
  }
}
