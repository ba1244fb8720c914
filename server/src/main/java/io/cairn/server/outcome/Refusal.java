package io.cairn.server.outcome;

import io.cairn.protocol.wire.ErrorCode;

/**
 * Why something was refused, in words for a person and in fields for a program.
 *
 * @param retryAfterMillis when to come back; 0 when the client may choose or should not
 * @param leaderNode who leads the shard, as far as is known; empty otherwise
 * @param revision with COMPACTED the oldest kept, with HORIZON a newly handed-out one; else 0
 * @param border with RANGE_CROSSES_SHARDS the user key at which the next shard begins; else null
 */
public record Refusal(ErrorCode code, String message, int retryAfterMillis, String leaderNode, long revision, byte[] border) {

  public static Refusal of(ErrorCode code, String message) {
    return new Refusal(code, message, 0, "", 0, null);
  }

  public static Refusal retry(ErrorCode code, String message, int afterMillis) {
    return new Refusal(code, message, afterMillis, "", 0, null);
  }

  public static Refusal notLeader(int shard, String leaderNode) {
    String who = leaderNode.isEmpty() ? "no leader is known yet" : leaderNode + " leads it";
    return new Refusal(ErrorCode.NOT_LEADER, "this node does not lead shard " + shard + "; " + who, leaderNode.isEmpty() ? 50 : 0,
        leaderNode, 0, null);
  }

  public static Refusal deadline(String where) {
    return of(ErrorCode.DEADLINE, "the deadline passed " + where + "; nothing was done");
  }

  public Refusal withRevision(long value) {
    return new Refusal(code, message, retryAfterMillis, leaderNode, value, border);
  }

  public Refusal withBorder(byte[] key) {
    return new Refusal(code, message, retryAfterMillis, leaderNode, revision, key);
  }
}
