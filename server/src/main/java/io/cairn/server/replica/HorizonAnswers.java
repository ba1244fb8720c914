package io.cairn.server.replica;

import io.cairn.platform.Clock;
import io.cairn.platform.EventLoop;
import io.cairn.server.oracle.Revisions;
import io.cairn.server.outcome.Refusal;
import io.cairn.storage.guard.Subject;
import java.util.List;

/**
 * Answers writes that are older than their shard remembers: with a newly handed-out revision, from which the client can tell a
 * first attempt (to be sent again with that revision as its {@code seen}) from a retry (whose outcome is unknown).
 */
record HorizonAnswers(EventLoop loop, Clock clock, Revisions revisions, Leases leases,
    HorizonAnswers.Guards guards) implements PendingWrites.HorizonAnswers {

  /** Where a lease can be made known to the shard. */
  @FunctionalInterface
  interface Leases {
    void unknown(WriteRequest write, long lease);
  }

  /** Where guards are made known to shards, and fenced in them. */
  public interface Guards {
    void unknown(WriteRequest write, Subject subject);

    void fence(WriteRequest write, List<Subject> subjects);
  }

  @Override
  public void guardUnknown(WriteRequest write, Subject subject, Refusal refusal) {
    guards.unknown(write, subject);
  }

  @Override
  public void guarded(WriteRequest write, List<Subject> subjects, Refusal refusal) {
    guards.fence(write, subjects);
  }

  @Override
  public void leaseUnknown(WriteRequest write, long lease, Refusal refusal) {
    leases.unknown(write, lease);
  }

  @Override
  public void answer(WriteRequest write, Refusal refusal) {
    revisions.take(new Asked(write, refusal));
  }

  /** One revision is taken and burnt: it is above every {@code seen} and so above what the shard has forgotten. */
  private final class Asked extends Revisions.Take {
    private final WriteRequest write;
    private final Refusal refusal;
    private final EventLoop.Timer timer;

    Asked(WriteRequest write, Refusal refusal) {
      super(1, loop);
      this.write = write;
      this.refusal = refusal;
      this.timer = loop.schedule(Math.max(0, write.deadline() - clock.nanoTime()), this::late);
    }

    @Override
    protected void granted(long first, long last) {
      timer.cancel();
      write.completion().refused(refusal.withRevision(first));
    }

    private void late() {
      cancel();
      write.completion().refused(Refusal.deadline("while a new revision was asked for"));
    }
  }
}
