package io.cairn.server.lease;

import io.cairn.platform.Clock;
import io.cairn.protocol.wire.ErrorCode;
import io.cairn.server.apply.EntryEffect;
import io.cairn.server.command.EntryPayload;
import io.cairn.server.command.ShardCommand;
import io.cairn.server.frontend.LeaseService;
import io.cairn.server.outcome.Outcome;
import io.cairn.server.outcome.Refusal;
import io.cairn.server.replica.Replica;
import io.cairn.server.replica.WriteRequest;
import io.cairn.storage.lease.LeaseIds;
import io.cairn.storage.mvcc.Op.Generation;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Makes leases known to a shard where it is led, and keeps the writes that wait for that. Belongs to the replica's loop.
 *
 * <p>A registration is open from its first question to the home until the shard's log says that the lease is known, or nobody leads here any
 * more: until then the lease's fence must stay ({@link #isOpen}), since an old answer may still come.
 */
final class Registrations {
  private static final int ASKED_MAX = 1_000;
  private static final long ASK_NANOS = TimeUnit.SECONDS.toNanos(2);
  private static final long AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

  /** Asks the leader of the home: hears the grant of each lease that is alive, 0 for one that is gone; null when nobody could tell. */
  @FunctionalInterface
  interface Home {
    void register(int shard, List<Long> ids, long timeoutNanos, Consumer<List<Long>> answer);
  }

  private final Clock clock;
  private final Replica replica;
  private final Home home;
  private final Map<Long, List<WriteRequest>> open = new LinkedHashMap<>();
  private final Set<Long> toAsk = new LinkedHashSet<>();
  private boolean asking;
  private long againAt;
  private long reign;

  Registrations(Clock clock, Replica replica, Home home) {
    this.clock = clock;
    this.replica = replica;
    this.home = home;
    this.againAt = clock.nanoTime();
  }

  boolean isOpen(long lease) {
    return open.containsKey(lease);
  }

  /** The write was applied and changed nothing, since the lease is not known: it is proposed again when it is, or refused. */
  void need(WriteRequest write, long lease) {
    if (!replica.leaderReady()) {
      write.completion().refused(replica.notLeader());
      return;
    }
    if (LeaseIds.isOfOnePut(lease)) {
      write.completion().refused(elsewhere(lease));
      return;
    }
    List<WriteRequest> waiting = open.get(lease);
    if (waiting == null) {
      waiting = new ArrayList<>();
      open.put(lease, waiting);
      toAsk.add(lease);
    }
    waiting.add(write);
    goOn();
  }

  /** Nobody registers the lease of a put with a TTL: its home knew it from its first moment, and no other shard ever does. */
  private Refusal elsewhere(long lease) {
    int home = LeaseIds.home(lease);
    return home == replica.descriptor().id() ? LeaseService.notFound(lease) : Refusal.of(ErrorCode.LEASE_NOT_FOUND, "lease " + lease
        + " was granted to a key with a TTL in shard " + home + ", and only keys of that shard can be put under it; grant one for keys of any shard");
  }

  void tick() {
    long now = clock.nanoTime();
    for (List<WriteRequest> waiting : open.values()) {
      waiting.removeIf(write -> {
        boolean late = now - write.deadline() >= 0;
        if (late) {
          write.completion().refused(Refusal.deadline("while shard 0 was asked for the write's lease"));
        }
        return late;
      });
    }
    goOn();
  }

  private void goOn() {
    if (asking || toAsk.isEmpty() || clock.nanoTime() - againAt < 0) {
      return;
    }
    List<Long> ids = toAsk.stream().limit(ASKED_MAX).toList();
    ids.forEach(toAsk::remove);
    asking = true;
    long of = reign;
    home.register(replica.descriptor().id(), ids, ASK_NANOS, grants -> {
      if (of == reign) {
        answered(ids, grants);
      }
    });
  }

  private void answered(List<Long> ids, List<Long> grants) {
    if (grants == null || grants.size() != ids.size()) {
      again(ids);
      return;
    }
    var alive = new ArrayList<Generation>();
    for (int i = 0; i < ids.size(); i++) {
      if (grants.get(i) != 0) {
        alive.add(new Generation(ids.get(i), grants.get(i)));
      } else {
        refuse(ids.get(i));
      }
    }
    if (alive.isEmpty()) {
      asking = false;
      goOn();
      return;
    }
    long of = reign;
    var know = new ShardCommand.ChangeLeases(ShardCommand.ChangeLeases.Kind.KNOW, alive);
    replica.submit(EntryPayload.upkeep(know), outcome -> {
      if (of == reign) {
        known(alive, outcome);
      }
    });
  }

  private void refuse(long id) {
    for (WriteRequest write : open.remove(id)) {
      write.completion().refused(LeaseService.notFound(id));
    }
  }

  private void known(List<Generation> leases, Outcome<EntryEffect> outcome) {
    List<Long> ids = leases.stream().map(Generation::id).toList();
    if (!(outcome instanceof Outcome.Done<EntryEffect>)) {
      again(ids);
      return;
    }
    asking = false;
    for (long id : ids) {
      open.remove(id).forEach(replica::write);
    }
    goOn();
  }

  private void again(List<Long> ids) {
    asking = false;
    toAsk.addAll(ids);
    againAt = clock.nanoTime() + AGAIN_NANOS;
  }

  /** It leads no more: the waiting writes have changed nothing, and the next leader may be asked. */
  void drop() {
    reign++;
    asking = false;
    toAsk.clear();
    var dropped = new ArrayList<>(open.values());
    open.clear();
    for (List<WriteRequest> waiting : dropped) {
      waiting.forEach(write -> write.completion().refused(replica.notLeader()));
    }
  }
}
