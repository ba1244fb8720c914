package io.cairn.server.lease;

import io.cairn.platform.Clock;
import io.cairn.platform.EventLoop;
import io.cairn.server.apply.EntryEffect;
import io.cairn.server.command.EntryPayload;
import io.cairn.server.command.LeaseOps;
import io.cairn.server.command.ShardCommand;
import io.cairn.server.command.ShardCommand.ChangeLeases.Kind;
import io.cairn.server.outcome.Outcome;
import io.cairn.server.replica.Replica;
import io.cairn.server.replica.WriteRequest;
import io.cairn.storage.mvcc.LeaseReads;
import io.cairn.storage.mvcc.Op.Generation;
import io.cairn.storage.mvcc.Op.LeaseDelete;
import io.cairn.storage.mvcc.WriteResult;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongPredicate;

/**
 * The ends of leases in one shard, where it is led: fences them, deletes their keys, and removes the fences when nobody can come any more
 * who would need them. Belongs to the replica's loop.
 */
final class ShardFences {
  /** Keys that one command deletes, unless one lease has more: other writes do not wait long behind it. */
  private static final int DELETE_KEYS_MAX = 500;
  private static final int UNFENCE_MAX = 10_000;
  private static final long UNFENCE_NANOS = TimeUnit.SECONDS.toNanos(5);

  private final Clock clock;
  private final Replica replica;
  private final EventLoop scanLoop;
  private final LongPredicate isOpen;
  /** Fenced here, and no delete is known to have come behind that: the fences of those without a key are to be removed. */
  private final Set<Generation> idle = new LinkedHashSet<>();
  private long unfenceAt;
  private long reign;

  /** @param isOpen whether a registration of the lease is open here */
  ShardFences(Clock clock, Replica replica, EventLoop scanLoop, LongPredicate isOpen) {
    this.clock = clock;
    this.replica = replica;
    this.scanLoop = scanLoop;
    this.isOpen = isOpen;
    this.unfenceAt = clock.nanoTime() + UNFENCE_NANOS;
  }

  /** No key is put under these any more once this says true. */
  void fence(List<Generation> leases, Consumer<Boolean> answer) {
    submit(Kind.FENCE, leases, outcome -> {
      boolean fenced = outcome instanceof Outcome.Done<EntryEffect>;
      if (fenced) {
        idle.addAll(leases); // An earlier leader of shard 0 may have asked, and the delete been here before: nobody comes back for it then.
      }
      answer.accept(fenced);
    });
  }

  private void submit(Kind kind, List<Generation> leases, Consumer<Outcome<EntryEffect>> ended) {
    replica.submit(EntryPayload.upkeep(new ShardCommand.ChangeLeases(kind, leases)), ended::accept);
  }

  /**
   * No key is left under these, nor can one come, once this says true. The caller knows that their ends have begun and that every other shard
   * they are registered in has fenced them.
   */
  void delete(List<Generation> leases, long deadline, Consumer<Boolean> answer) {
    if (!replica.leaderReady()) {
      answer.accept(false);
      return;
    }
    LeaseReads reads = replica.store().leaseReads();
    var commands = new ArrayList<LeaseDelete>();
    int room = 0;
    for (Generation lease : leases) {
      int keys = reads.keysOf().applyAsInt(lease.id());
      if (commands.isEmpty() || keys > room) {
        commands.add(new LeaseDelete(new ArrayList<>(), new ArrayList<>()));
        room = DELETE_KEYS_MAX;
      }
      // Whoever registers it from now on is told that it ends; so the record must outlast only a registration that is open now.
      (isOpen.test(lease.id()) ? commands.getLast().kept() : commands.getLast().leases()).add(lease);
      room -= keys;
    }
    new Deletes(commands, deadline, answer).begin();
  }

  /** Some commands that delete keys, and what they come to. */
  private final class Deletes {
    private final List<LeaseDelete> commands;
    private final long deadline;
    private final Consumer<Boolean> answer;
    private int open;
    private boolean failed;

    Deletes(List<LeaseDelete> commands, long deadline, Consumer<Boolean> answer) {
      this.commands = commands;
      this.deadline = deadline;
      this.answer = answer;
      this.open = commands.size();
    }

    void begin() {
      if (commands.isEmpty()) {
        answer.accept(true);
        return;
      }
      for (LeaseDelete command : commands) {
        replica.write(new WriteRequest(ShardFences.this, LeaseOps.delete(command), EntryPayload.LEASES_LEVEL, 0, deadline, this::deleted));
      }
    }

    private void deleted(Outcome<WriteResult.Done> outcome) {
      failed |= !(outcome instanceof Outcome.Done<WriteResult.Done>);
      if (--open == 0) {
        if (!failed) {
          commands.forEach(command -> {
            command.leases().forEach(idle::remove);
            idle.addAll(command.kept());
          });
        }
        answer.accept(!failed);
      }
    }
  }

  /** The shard is led here: the fences that earlier leaders have left are found. */
  void lead() {
    long of = ++reign;
    idle.clear();
    LeaseReads reads = replica.store().leaseReads();
    scanLoop.execute(() -> {
      List<Generation> left = reads.known().stream().filter(lease -> lease.fenced() && lease.keys() == 0)
          .map(lease -> new Generation(lease.id(), lease.grant())).toList();
      replica.loop().execute(() -> {
        if (of == reign) {
          idle.addAll(left);
        }
      });
    });
  }

  void follow() {
    reign++;
    idle.clear();
  }

  void tick() {
    long now = clock.nanoTime();
    if (now - unfenceAt < 0 || idle.isEmpty() || !replica.leaderReady()) {
      return;
    }
    unfenceAt = now + UNFENCE_NANOS;
    List<Generation> leases = idle.stream().filter(lease -> !isOpen.test(lease.id())).limit(UNFENCE_MAX).toList();
    if (leases.isEmpty()) {
      return;
    }
    leases.forEach(idle::remove);
    long of = reign;
    submit(Kind.UNFENCE, leases, outcome -> {
      if (of == reign && !(outcome instanceof Outcome.Done<EntryEffect>)) {
        idle.addAll(leases);
      }
    });
  }
}
