package io.cairn.server.leaders;

import io.cairn.platform.Clock;
import io.cairn.platform.EventLoop;
import io.cairn.raft.ReplicaId;
import io.cairn.server.replica.HandoverReason;
import io.cairn.server.replica.Replica;
import io.cairn.server.replica.Replicas;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Hands over all that a node leads. */
public final class Handovers implements NodeHealth.Leaderships {
  private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

  private final Replicas replicas;
  private final Clock clock;
  /** Longer than this no transfer takes before Raft gives it up. */
  private final long electionTimeoutNanos;

  public Handovers(Replicas replicas, Clock clock, long electionTimeoutNanos) {
    this.replicas = replicas;
    this.clock = clock;
    this.electionTimeoutNanos = electionTimeoutNanos;
  }

  @Override
  public void handOverAmong(Set<String> nodes, HandoverReason reason, Runnable begun) {
    each(replica -> {
      if (replica.leadership().handOverAmong(nodes, reason)) {
        begun.run();
      }
    });
  }

  @Override
  public void rankAll(int rank) {
    each(replica -> replica.leadership().rank(rank));
  }

  private void each(Consumer<Replica> what) {
    for (Replica replica : replicas.all()) {
      replica.loop().run(() -> {
        if (!replica.closed()) {
          what.accept(replica);
        }
      });
    }
  }

  /**
   * Empties the node before it stops: it takes over from nobody any more, and hands over what it leads; where nobody takes over, a
   * second time to another. What is left then it leads until it is gone, and an election follows.
   *
   * @param loop where it is looked at, and where {@code then} runs
   * @param mostNanos the longest it may take; it takes at most two and a half election timeouts
   */
  public void leave(EventLoop loop, long mostNanos, Runnable then) {
    long most = Math.min(mostNanos, 2 * electionTimeoutNanos + electionTimeoutNanos / 2);
    loop.run(() -> new Leaving(loop, clock.nanoTime() + most, then).ask());
  }

  /** One way out; on its loop. */
  private final class Leaving {
    private final EventLoop loop;
    private final long end;
    private final Runnable then;
    private int asked;
    private int rounds;
    private boolean anyBegun;

    Leaving(EventLoop loop, long end, Runnable then) {
      this.loop = loop;
      this.end = end;
      this.then = then;
    }

    void ask() {
      rounds++;
      anyBegun = false;
      var all = replicas.all();
      asked = all.size();
      for (Replica replica : all) {
        replica.loop().run(() -> {
          boolean begun = false;
          if (!replica.closed()) {
            replica.leadership().retire();
            begun = replica.leadership().handOver(ReplicaId.NONE, HandoverReason.STOPPING);
          }
          boolean hasBegun = begun;
          loop.execute(() -> answered(hasBegun));
        });
      }
      if (asked == 0) {
        then.run();
      }
    }

    private void answered(boolean begun) {
      anyBegun |= begun;
      asked--;
      if (asked == 0) {
        look();
      }
    }

    private void look() {
      boolean waits = replicas.all().stream().anyMatch(replica -> replica.leadership().isOnItsWay());
      if (waits && clock.nanoTime() - end < 0) {
        loop.schedule(LOOK_NANOS, this::look);
      } else if (!waits && anyBegun && rounds == 1 && replicas.all().stream().anyMatch(Replica::leads)) {
        ask();
      } else {
        then.run();
      }
    }
  }
}
