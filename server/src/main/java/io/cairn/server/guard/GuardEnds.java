package io.cairn.server.guard;

import io.cairn.platform.Clock;
import io.cairn.server.apply.EntryEffect;
import io.cairn.server.command.EntryPayload;
import io.cairn.server.command.ShardCommand.ChangeGuards;
import io.cairn.server.outcome.Outcome;
import io.cairn.server.outcome.Refusal;
import io.cairn.server.replica.Replica;
import io.cairn.server.replica.WriteRequest;
import io.cairn.storage.guard.HomeGuard;
import io.cairn.storage.guard.Subject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Has subjects of this shard fenced wherever they guard writes, for writes that are to delete them; then proposes those again. It works where the
 * shard is led and belongs to that replica's loop. What it does follows from the home table; whoever asks for the write again, of this leader or
 * the next, has it go on where it was cut off.
 */
final class GuardEnds {
  private static final long ASK_NANOS = TimeUnit.SECONDS.toNanos(2);
  private static final long AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

  /** Asks a shard's leader to fence a subject; tells whether it has. */
  @FunctionalInterface
  interface Shards {
    void fence(int shard, Subject subject, long timeoutNanos, Consumer<Boolean> answer);
  }

  /** A write that waits, and for what. */
  private record Waiting(WriteRequest write, Set<Subject> subjects) {}

  private final Clock clock;
  private final Replica replica;
  private final Shards shards;
  private final List<Waiting> waiting = new ArrayList<>();
  /** When each subject's open shards may be asked; the largest number while they are. */
  private final Map<Subject, Long> askAt = new TreeMap<>();
  private long reign;

  GuardEnds(Clock clock, Replica replica, Shards shards) {
    this.clock = clock;
    this.replica = replica;
    this.shards = shards;
  }

  /** The write was applied and changed nothing, since these are to be fenced first. */
  void need(WriteRequest write, List<Subject> subjects) {
    if (!replica.leaderReady()) {
      write.completion().refused(replica.notLeader());
      return;
    }
    waiting.add(new Waiting(write, new TreeSet<>(subjects)));
    subjects.forEach(subject -> {
      if (askAt.putIfAbsent(subject, clock.nanoTime()) == null) {
        goOn(subject);
      }
    });
  }

  /** Asks the next shard that holds guards on it, until none does that has not fenced it. */
  private void goOn(Subject subject) {
    HomeGuard guard = replica.store().guardReads().home(subject);
    List<Integer> open = guard == null ? List.of() : guard.open();
    if (open.isEmpty()) {
      fenced(subject);
      return;
    }
    askAt.put(subject, Long.MAX_VALUE);
    long of = reign;
    int shard = open.getFirst();
    shards.fence(shard, subject, ASK_NANOS, taken -> {
      if (of == reign) {
        answered(subject, shard, taken);
      }
    });
  }

  private void answered(Subject subject, int shard, boolean taken) {
    if (!taken) {
      askAt.put(subject, clock.nanoTime() + AGAIN_NANOS);
      return;
    }
    long of = reign;
    replica.submit(EntryPayload.upkeep(new ChangeGuards(ChangeGuards.Kind.FENCED, subject, shard)), outcome -> {
      if (of != reign) {
        return;
      }
      if (outcome instanceof Outcome.Done<EntryEffect>) {
        goOn(subject);
      } else {
        askAt.put(subject, clock.nanoTime() + AGAIN_NANOS);
      }
    });
  }

  private void fenced(Subject subject) {
    askAt.remove(subject);
    var ready = new ArrayList<WriteRequest>();
    waiting.removeIf(each -> {
      boolean last = each.subjects.remove(subject) && each.subjects.isEmpty();
      if (last) {
        ready.add(each.write);
      }
      return last;
    });
    ready.forEach(replica::write);
  }

  void tick() {
    long now = clock.nanoTime();
    waiting.removeIf(each -> {
      boolean late = now - each.write.deadline() >= 0;
      if (late) {
        each.write.completion().refused(Refusal.deadline("while a shard with writes guarded by the lock was asked to fence it"));
      }
      return late;
    });
    for (Subject subject : List.copyOf(askAt.keySet())) {
      if (waiting.stream().noneMatch(each -> each.subjects.contains(subject))) {
        if (askAt.get(subject) != Long.MAX_VALUE) {
          askAt.remove(subject); // Nobody wants it ended now; whoever does, goes on from the table.
        }
      } else if (askAt.get(subject) != Long.MAX_VALUE && now - askAt.get(subject) >= 0) {
        goOn(subject);
      }
    }
  }

  /** It leads no more: the waiting writes have changed nothing. */
  void drop() {
    reign++;
    askAt.clear();
    var dropped = List.copyOf(waiting);
    waiting.clear();
    dropped.forEach(each -> each.write.completion().refused(replica.notLeader()));
  }
}
