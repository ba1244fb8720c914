package io.cairn.server.guard;

import io.cairn.platform.Clock;
import io.cairn.platform.EventLoop;
import io.cairn.server.apply.EntryEffect;
import io.cairn.server.command.EntryPayload;
import io.cairn.server.command.ShardCommand.ChangeGuards;
import io.cairn.server.command.ShardCommand.ChangeGuards.Kind;
import io.cairn.server.outcome.Outcome;
import io.cairn.server.replica.Replica;
import io.cairn.storage.guard.Subject;
import io.cairn.storage.mvcc.GuardReads;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** Fences subjects of other shards in this one, where it is led, and removes fences when no old answer can come any more. On the replica's loop. */
final class GuardFences {
  private static final int UNFENCE_MAX = 1_000;
  private static final long UNFENCE_NANOS = TimeUnit.SECONDS.toNanos(5);

  private final Clock clock;
  private final Replica replica;
  private final EventLoop scanLoop;
  private final Predicate<Subject> isOpen;
  private final Set<Subject> fenced = new LinkedHashSet<>();
  private long unfenceAt;
  private long reign;

  /** @param isOpen whether a registration of the subject is open here */
  GuardFences(Clock clock, Replica replica, EventLoop scanLoop, Predicate<Subject> isOpen) {
    this.clock = clock;
    this.replica = replica;
    this.scanLoop = scanLoop;
    this.isOpen = isOpen;
    this.unfenceAt = clock.nanoTime() + UNFENCE_NANOS;
  }

  /** No write is guarded by it here any more once this says true. */
  void fence(Subject subject, Consumer<Boolean> answer) {
    long of = reign;
    replica.submit(EntryPayload.upkeep(new ChangeGuards(Kind.FENCE, subject, 0)), outcome -> {
      boolean done = outcome instanceof Outcome.Done<EntryEffect>;
      if (done && of == reign) {
        fenced.add(subject);
      }
      answer.accept(done);
    });
  }

  /** The shard is led here: the fences that earlier leaders have left are found. */
  void lead() {
    long of = ++reign;
    fenced.clear();
    GuardReads reads = replica.store().guardReads();
    scanLoop.execute(() -> {
      List<Subject> left = reads.fenced();
      replica.loop().execute(() -> {
        if (of == reign) {
          fenced.addAll(left);
        }
      });
    });
  }

  void follow() {
    reign++;
    fenced.clear();
  }

  void tick() {
    long now = clock.nanoTime();
    if (now - unfenceAt < 0) {
      return;
    }
    unfenceAt = now + UNFENCE_NANOS;
    for (Subject subject : fenced.stream().filter(isOpen.negate()).limit(UNFENCE_MAX).toList()) {
      fenced.remove(subject);
      long of = reign;
      replica.submit(EntryPayload.upkeep(new ChangeGuards(Kind.UNFENCE, subject, 0)), outcome -> {
        if (of == reign && !(outcome instanceof Outcome.Done<EntryEffect>)) {
          fenced.add(subject);
        }
      });
    }
  }
}
