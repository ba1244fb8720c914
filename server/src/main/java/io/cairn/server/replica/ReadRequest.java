package io.cairn.server.replica;

import io.cairn.server.outcome.Completion;

/**
 * A read that wants to know when this replica may answer it linearizably.
 *
 * @param context the read must be served at a revision not below this one: the client's {@code seen}, or the past revision it
 *     asks for
 * @param deadline on the node's monotonic clock
 * @param completion Done carries a revision at which the shard is resolved and which is not below {@code context}; this
 *     replica has applied everything up to it
 */
public record ReadRequest(long context, long deadline, Completion<Long> completion) {
  /** What one that waits counts for, in bytes: itself, what its completion holds on to, and its place in the lists. */
  static final int BYTES = 512;
}
