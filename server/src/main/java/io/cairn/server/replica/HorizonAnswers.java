package io.cairn.server.replica;

import io.cairn.platform.EventLoop;
import io.cairn.server.oracle.Revisions;
import io.cairn.server.outcome.Refusal;

/**
 * Answers writes that are older than their shard remembers: with a newly handed-out revision, from which the client can tell a
 * first attempt (to be sent again with that revision as its {@code seen}) from a retry (whose outcome is unknown).
 */
record HorizonAnswers(EventLoop loop, Revisions revisions) implements PendingWrites.HorizonAnswers {

  @Override
  public void answer(WriteRequest write, Refusal refusal) {
    // One revision is taken and burnt: it is above every `seen` and so above what the shard has forgotten.
    revisions.take(new Revisions.Take(1, loop) {
      @Override
      protected void granted(long first, long last) {
        write.completion().refused(refusal.withRevision(first));
      }
    });
  }
}
