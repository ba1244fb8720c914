package io.cairn.server.lease;

import io.cairn.platform.Clock;
import io.cairn.server.apply.EntryEffect;
import io.cairn.server.command.HomeCommand;
import io.cairn.server.outcome.Completion;
import io.cairn.server.outcome.Outcome;
import io.cairn.storage.lease.Lease;
import io.cairn.storage.lease.Lease.Stage;
import io.cairn.storage.mvcc.Op.Generation;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * Carries the ends of leases through the shards: first each is fenced wherever it is registered, then its keys go there, then it is forgotten;
 * the first two are one step for a lease that is registered in one shard alone.
 * It works where the home is led and belongs to that replica's loop. What it does follows from the home table alone, so another leader
 * goes on where this one was cut off; every step may come twice.
 */
final class LeaseEnds {
  /**
   * Leases in one message to a shard: tens of thousands end in a second. What they delete is mostly one entry there, and its events hold the
   * versions that go, so this bounds the memory that it takes to apply.
   */
  private static final int STEP_LEASES_MAX = 1_000;
  private static final long ASK_NANOS = TimeUnit.SECONDS.toNanos(5);
  private static final long AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

  /** Asks a shard's leader to bring these leases to a stage; tells whether it has. */
  @FunctionalInterface
  interface Steps {
    void ask(int shard, Stage stage, List<Generation> leases, long timeoutNanos, Consumer<Boolean> answer);
  }

  /** What waits for one shard. */
  private static final class Lane {
    private final Set<Generation> fence = new LinkedHashSet<>();
    private final Set<Generation> delete = new LinkedHashSet<>();
    private boolean asked;
    private long againAt;

    Lane(long now) {
      againAt = now;
    }
  }

  private record Waiter(Generation lease, long deadline, Completion<Void> completion) {}

  private final Clock clock;
  private final Steps steps;
  private final BiConsumer<HomeCommand, Completion<EntryEffect>> submit;
  private final Map<Integer, Lane> lanes = new TreeMap<>();
  private final List<Waiter> waiters = new ArrayList<>();
  private boolean leads;
  /** Counts leaderships: what was asked in an earlier one is not heard any more. */
  private long reign;

  LeaseEnds(Clock clock, Steps steps, BiConsumer<HomeCommand, Completion<EntryEffect>> submit) {
    this.clock = clock;
    this.steps = steps;
    this.submit = submit;
  }

  boolean leads() {
    return leads;
  }

  /** The home is led here, and all that earlier leaders may have committed is applied. */
  void lead(Collection<Lease> leases) {
    reign++;
    leads = true;
    lanes.clear();
    leases.stream().filter(Lease::ending).forEach(this::carryOn);
    goOn();
  }

  void follow() {
    reign++;
    leads = false;
    lanes.clear();
    for (Waiter waiter : List.copyOf(waiters)) {
      waiter.completion.unknown("another node leads the lease's home now and carries the lease's end on; ask again to hear of it");
    }
    waiters.clear();
  }

  /** A lease is this one now. @param before what it was, or null */
  void changed(Lease before, Lease lease) {
    if (!leads || !lease.ending()) {
      return;
    }
    if (lease.isForgotten()) {
      forgotten(new Generation(lease.id(), lease.grant()));
      return;
    }
    boolean began = before == null || !before.ending();
    if (began || lease.isFenced() && !before.isFenced()) {
      carryOn(lease);
    }
  }

  /** No key goes before every fence stands; the shard of a lease that has one alone fences it and deletes its keys in one step. */
  private void carryOn(Lease lease) {
    var generation = new Generation(lease.id(), lease.grant());
    boolean fenced = lease.isFenced() || lease.shards().size() == 1;
    lease.shards().forEach((shard, stage) -> {
      if (fenced && stage != Stage.GONE) {
        lane(shard).delete.add(generation);
      } else if (stage == Stage.REGISTERED) {
        lane(shard).fence.add(generation);
      }
    });
  }

  private Lane lane(int shard) {
    return lanes.computeIfAbsent(shard, _ -> new Lane(clock.nanoTime()));
  }

  /** Tells when the lease, whose end has begun, is forgotten; unknown at the deadline. */
  void whenForgotten(Generation lease, boolean already, long deadline, Completion<Void> completion) {
    if (already) {
      completion.done(null);
    } else if (!leads) {
      completion.unknown("another node leads the lease's home now and carries the lease's end on; ask again to hear of it");
    } else {
      waiters.add(new Waiter(lease, deadline, completion));
    }
  }

  private void forgotten(Generation lease) {
    for (Iterator<Waiter> each = waiters.iterator(); each.hasNext();) {
      Waiter waiter = each.next();
      if (waiter.lease.equals(lease)) {
        each.remove();
        waiter.completion.done(null);
      }
    }
  }

  /** Lets time pass, and asks what is to be asked. */
  void goOn() {
    if (!leads) {
      return;
    }
    long now = clock.nanoTime();
    for (Iterator<Waiter> each = waiters.iterator(); each.hasNext();) {
      Waiter waiter = each.next();
      if (now - waiter.deadline >= 0) {
        each.remove();
        waiter.completion.unknown("the lease's end has begun and goes on: a shard where it has keys does not answer yet");
      }
    }
    lanes.forEach((shard, lane) -> {
      if (!lane.asked && now - lane.againAt >= 0) {
        ask(shard, lane);
      }
    });
  }

  private void ask(int shard, Lane lane) {
    Stage stage = lane.fence.isEmpty() ? Stage.GONE : Stage.FENCED;
    Set<Generation> from = lane.fence.isEmpty() ? lane.delete : lane.fence;
    if (from.isEmpty()) {
      return;
    }
    var leases = new ArrayList<Generation>();
    for (Iterator<Generation> each = from.iterator(); each.hasNext() && leases.size() < STEP_LEASES_MAX;) {
      leases.add(each.next());
      each.remove();
    }
    leases.sort(Comparator.comparingLong(Generation::id)); // As they lie in the shard's store.
    lane.asked = true;
    long of = reign;
    steps.ask(shard, stage, leases, ASK_NANOS, taken -> {
      if (of == reign) {
        answered(shard, lane, stage, leases, taken);
      }
    });
  }

  private void answered(int shard, Lane lane, Stage stage, List<Generation> leases, boolean taken) {
    if (!taken) {
      again(lane, stage, leases);
      return;
    }
    lane.asked = false;
    long of = reign;
    var progress = leases.stream().map(lease -> new HomeCommand.Step(lease.id(), lease.grant(), shard, stage)).toList();
    submit.accept(new HomeCommand.Progress(progress), outcome -> {
      if (of == reign && !(outcome instanceof Outcome.Done<EntryEffect>)) {
        again(lane, stage, leases);
      }
    });
    goOn();
  }

  private void again(Lane lane, Stage stage, List<Generation> leases) {
    (stage == Stage.FENCED ? lane.fence : lane.delete).addAll(leases);
    lane.asked = false;
    lane.againAt = clock.nanoTime() + AGAIN_NANOS;
  }
}
