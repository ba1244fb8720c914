package io.cairn.server.guard;

import io.cairn.platform.Clock;
import io.cairn.protocol.wire.ErrorCode;
import io.cairn.server.apply.EntryEffect;
import io.cairn.server.command.EntryPayload;
import io.cairn.server.command.ShardCommand.ChangeGuards;
import io.cairn.server.outcome.Outcome;
import io.cairn.server.outcome.Refusal;
import io.cairn.server.replica.Replica;
import io.cairn.server.replica.WriteRequest;
import io.cairn.storage.guard.Subject;
import io.cairn.storage.mvcc.ShardGuards;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.ToIntFunction;

/**
 * Makes subjects of other shards known to a shard where it is led, and keeps the writes that wait for that. Belongs to the replica's loop.
 *
 * <p>A registration is open from its first question until the shard's log says that the subject is known, or nobody leads here any more: until then
 * its fence must stay, since an old answer may still come.
 */
final class GuardRegistrations {
  private static final long ASK_NANOS = TimeUnit.SECONDS.toNanos(2);
  private static final long AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

  /** Asks the leader of the subject's shard: hears whether it stands and is noted; null when nobody could tell. */
  @FunctionalInterface
  interface Home {
    void register(int home, int shard, Subject subject, long timeoutNanos, Consumer<Boolean> answer);
  }

  private static final class Open {
    private final List<WriteRequest> writes = new ArrayList<>();
    private boolean asking;
    private long askAt;
  }

  private final Clock clock;
  private final Replica replica;
  private final ToIntFunction<byte[]> locate;
  private final Home home;
  private final Map<Subject, Open> open = new TreeMap<>();
  private long reign;

  /** @param locate the shard of a stored key */
  GuardRegistrations(Clock clock, Replica replica, ToIntFunction<byte[]> locate, Home home) {
    this.clock = clock;
    this.replica = replica;
    this.locate = locate;
    this.home = home;
  }

  boolean isOpen(Subject subject) {
    return open.containsKey(subject);
  }

  /** The write was applied and changed nothing, since the shard knows nothing of the subject. */
  void need(WriteRequest write, Subject subject) {
    if (!replica.leaderReady()) {
      write.completion().refused(replica.notLeader());
    } else if (locate.applyAsInt(subject.key()) == replica.descriptor().id()) {
      write.completion().refused(passed(subject)); // Its place would be here.
    } else {
      Open waiting = open.computeIfAbsent(subject, _ -> new Open());
      waiting.askAt = waiting.writes.isEmpty() ? clock.nanoTime() : waiting.askAt;
      waiting.writes.add(write);
      ask(subject, waiting);
    }
  }

  static Refusal passed(Subject subject) {
    return Refusal.of(ErrorCode.GUARD_PASSED, ShardGuards.passed(subject));
  }

  private void ask(Subject subject, Open waiting) {
    if (waiting.asking || clock.nanoTime() - waiting.askAt < 0) {
      return;
    }
    waiting.asking = true;
    long of = reign;
    home.register(locate.applyAsInt(subject.key()), replica.descriptor().id(), subject, ASK_NANOS, stands -> {
      if (of == reign) {
        answered(subject, waiting, stands);
      }
    });
  }

  private void answered(Subject subject, Open waiting, Boolean stands) {
    if (stands == null) {
      again(waiting);
    } else if (!stands) {
      open.remove(subject);
      waiting.writes.forEach(write -> write.completion().refused(passed(subject)));
    } else {
      long of = reign;
      var know = new ChangeGuards(ChangeGuards.Kind.KNOW, subject, 0);
      replica.submit(EntryPayload.upkeep(know), outcome -> {
        if (of == reign) {
          known(subject, waiting, outcome);
        }
      });
    }
  }

  private void known(Subject subject, Open waiting, Outcome<EntryEffect> outcome) {
    if (outcome instanceof Outcome.Done<EntryEffect>) {
      open.remove(subject);
      waiting.writes.forEach(replica::write);
    } else {
      again(waiting);
    }
  }

  private void again(Open waiting) {
    waiting.asking = false;
    waiting.askAt = clock.nanoTime() + AGAIN_NANOS;
  }

  void tick() {
    long now = clock.nanoTime();
    for (Map.Entry<Subject, Open> each : List.copyOf(open.entrySet())) {
      each.getValue().writes.removeIf(write -> {
        boolean late = now - write.deadline() >= 0;
        if (late) {
          write.completion().refused(Refusal.deadline("while the shard of the write's lock was asked"));
        }
        return late;
      });
      ask(each.getKey(), each.getValue());
    }
  }

  /** It leads no more: the waiting writes have changed nothing, and the next leader may be asked. */
  void drop() {
    reign++;
    var dropped = new ArrayList<>(open.values());
    open.clear();
    dropped.forEach(waiting -> waiting.writes.forEach(write -> write.completion().refused(replica.notLeader())));
  }
}
