package io.cairn.simulator.history;

import io.cairn.client.ByteSeq;
import io.cairn.client.Consistency;
import io.cairn.client.DeleteRangeResult;
import io.cairn.client.DeleteResult;
import io.cairn.client.GetResult;
import io.cairn.client.KeyRange;
import io.cairn.client.KeyValue;
import io.cairn.client.KvException;
import io.cairn.client.Lease;
import io.cairn.client.LeaseDetails;
import io.cairn.client.LeaseRenewal;
import io.cairn.client.PutResult;
import io.cairn.client.RangeResult;
import io.cairn.client.RefusedCode;
import io.cairn.client.RefusedException;
import io.cairn.client.WatchBatch;
import io.cairn.client.WatchEvent;
import io.cairn.client.WatchOptions;
import io.cairn.client.WatchState;
import io.cairn.client.core.Operation;
import io.cairn.jepsen.history.Change;
import io.cairn.jepsen.history.Event;
import io.cairn.jepsen.history.History;
import io.cairn.jepsen.history.HistoryRecorder;
import io.cairn.jepsen.history.Op;
import io.cairn.jepsen.history.Result;
import io.cairn.jepsen.history.Version;
import io.cairn.jepsen.history.WatchSpec;
import io.cairn.simulator.oracle.DataOracle;
import io.cairn.simulator.swarm.Fault;
import io.cairn.simulator.swarm.FaultClass;
import io.cairn.simulator.swarm.Witness;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.function.LongSupplier;

/** Writes a run down. Values are their names, without what pads them. */
final class RecordingWitness implements Witness {
  private static final int WATCHES = 12;
  /** Whose sessions watches belong to: no client's that makes calls. */
  private static final int WATCHERS_FROM = 1_000;
  private static final String STRIKES = "strikes: ";
  /** Who leads, and began to live within this time, may not know of renewals before: longer than any TTL of a run. */
  private static final long RESTARTED_NANOS = 5_000_000_000L;
  private static final int EVENTS_MAX = 500_000;
  /** Behind every key of a run. */
  private static final String LAST = "\uffff";

  private final Map<String, Version> held = new HashMap<>();
  /** The record's number of each call of the run. */
  private final Map<Long, Long> numbers = new HashMap<>();
  private final Map<Long, Watched> watches = new HashMap<>();
  private final LeaseRecords leases = new LeaseRecords();
  private final Set<FaultClass> borne;
  private HistoryRecorder recorder;
  private LongSupplier clock;

  RecordingWitness() {
    this(Set.of());
  }

  /** @param borne faults through which everything that is promised holds: they are no trouble */
  RecordingWitness(Set<FaultClass> borne) {
    this.borne = borne;
  }

  /** A watch of the run, by the record's number. */
  private static final class Watched {
    final long number;
    final List<Change> resync = new ArrayList<>();
    boolean begun;
    boolean synced;

    Watched(long number) {
      this.number = number;
    }
  }

  History history() {
    return leases.named(recorder.history());
  }

  @Override
  public void begins(LongSupplier ofRun) {
    clock = ofRun;
    recorder = new HistoryRecorder(clock, EVENTS_MAX);
  }

  @Override
  public void called(long call, int client, long timeoutNanos, Operation<?> operation) {
    long grant = operation instanceof Operation.Put put && put.ttl().isPresent()
        ? recorder.invoke(client, timeoutNanos, new Op.Grant(0, put.ttl().get().toNanos())) : 0;
    long number = recorder.invoke(client, timeoutNanos, op(operation));
    numbers.put(call, number);
    if (grant != 0) {
      leases.putWithTtl(number, grant, (Operation.Put) operation);
    }
  }

  private static Op op(Operation<?> operation) {
    return switch (operation) {
      case Operation.Put put -> new Op.Put(put.key().utf8(), DataOracle.valueName(put.value().utf8()), put.lease());
      case Operation.Delete delete -> new Op.Delete(delete.key().utf8());
      case Operation.DeleteRange range -> new Op.DeleteRange(range.range().start().utf8(), end(range.range()));
      case Operation.Get get -> new Op.Get(get.key().utf8(), get.options().revision(),
          get.options().consistency().level() != Consistency.Level.LINEARIZABLE); // One that asks for a revision may miss what came later.
      case Operation.Range range -> new Op.Range(range.range().start().utf8(), end(range.range()), range.options().revision());
      case Operation.Grant grant -> new Op.Grant(grant.id(), grant.ttl().toNanos());
      case Operation.Revoke revoke -> new Op.Revoke(revoke.id());
      case Operation.KeepAlive keep -> new Op.KeepAlive(keep.ids().getFirst());
      case Operation.TimeToLive time -> new Op.TimeToLive(time.id());
      default -> throw new IllegalArgumentException("no checker knows of " + operation);
    };
  }

  private static String end(KeyRange range) {
    return range.end().map(ByteSeq::utf8).orElse(LAST);
  }

  @Override
  public void ended(long call, Object result, Throwable failure) {
    long number = numbers.remove(call);
    leases.granted(number).ifPresent(grant -> end(grant, failure == null ? leases.result(grant) : null, failure));
    end(number, failure == null ? result(result) : null, failure);
  }

  /** @param result null for a lease that the answer says is gone, or on its way */
  private void end(long number, Result result, Throwable failure) {
    if (failure instanceof RefusedException refused) {
      recorder.refused(number, refused.code().name(), refused.revision());
    } else if (failure != null) {
      recorder.unknown(number);
    } else if (result == null) {
      recorder.refused(number, RefusedCode.LEASE_NOT_FOUND.name(), 0);
    } else {
      recorder.ok(number, result);
    }
  }

  private Result result(Object result) {
    return switch (result) {
      case PutResult put -> new Result.Written(put.revision(), 1, Optional.empty());
      case DeleteResult delete -> new Result.Written(delete.revision(), delete.deleted() ? 1 : 0, Optional.empty());
      case DeleteRangeResult range -> new Result.Written(range.revision(), range.deleted(), Optional.empty());
      case GetResult get -> new Result.Found(get.revision(), get.found().map(this::version));
      case RangeResult range -> new Result.Shown(range.revision(), range.keyValues().stream().map(this::version).toList());
      case Lease lease -> new Result.Leased(0, lease.id(), lease.ttl().toNanos(), -1);
      case LeaseDetails lease -> lease.ending() ? null : new Result.Leased(0, lease.id(), lease.ttl().toNanos(), lease.remaining().toNanos());
      case List<?> renewals when renewals.getFirst() instanceof LeaseRenewal renewal ->
          renewal.isAlive() ? new Result.Leased(0, renewal.id(), renewal.ttl().toNanos(), -1) : null;
      default -> throw new IllegalArgumentException("no checker knows of " + result);
    };
  }

  private Version version(KeyValue shown) {
    return new Version(shown.keyUtf8(), DataOracle.valueName(shown.valueUtf8()), shown.createRevision(), shown.modRevision(), shown.version(),
        shown.lease());
  }

  @Override
  public int watches() {
    return WATCHES;
  }

  @Override
  public void watchOpened(long watch, int client, KeyRange range, WatchOptions options) {
    var spec = new WatchSpec(range.start().utf8(), end(range), options.revision().orElse(0L), options.initialState(), options.previous(),
        options.show() != WatchOptions.Show.DELETES, options.show() != WatchOptions.Show.PUTS, options.onLag() == WatchOptions.OnLag.LATEST);
    watches.put(watch, new Watched(recorder.opened(WATCHERS_FROM + client, spec)));
  }

  @Override
  public void watchShows(long watch, WatchBatch batch) {
    Watched watched = watches.get(watch);
    long number = watched.number;
    List<Change> changes = batch.events().stream().map(this::change).toList();
    switch (batch.kind()) {
      case STATE -> recorder.add(at -> new Event.Initial(at, number, batch.events().stream().map(event -> version(event.kv())).toList()));
      case RESYNC -> watched.resync.addAll(changes);
      case SYNCED -> {
        if (watched.synced) {
          recorder.add(at -> new Event.Resynced(at, number, batch.revision(), List.copyOf(watched.resync)));
          watched.resync.clear();
        } else {
          recorder.add(at -> new Event.Synced(at, number, batch.revision()));
        }
        watched.synced = true;
      }
      case EVENTS, PROGRESS -> {
        if (!watched.begun) {
          recorder.add(at -> new Event.Began(at, number, batch.previousRevision()));
          watched.begun = true;
        }
        if (!changes.isEmpty()) {
          recorder.add(at -> new Event.Delivered(at, number, batch.previousRevision(), changes));
        }
        recorder.add(at -> new Event.Progress(at, number, batch.revision()));
      }
    }
  }

  private Change change(WatchEvent event) {
    Optional<Version> previous = event.previous().map(this::version);
    return new Change(event.revision(), event.kv().keyUtf8(), event.isPut() ? Optional.of(version(event.kv())) : Optional.empty(), previous);
  }

  @Override
  public void watchFares(long watch, WatchState state, Optional<KvException> why) {
    if (state == WatchState.FAILED) {
      RefusedException refused = (RefusedException) why.orElseThrow();
      recorder.add(at -> new Event.Closed(at, watches.get(watch).number, refused.code().name(), refused.revision()));
    }
  }

  @Override
  public void drained(long revision) {
    recorder.add(at -> new Event.Drained(at, revision));
  }

  @Override
  public void applied(int shard, long revision, List<Long> ended, SortedMap<String, Now> nows) {
    List<Change> changes = new ArrayList<>();
    nows.forEach((key, now) -> {
      Version before = held.get(key);
      if (now.value() == null) {
        changes.add(Change.delete(revision, before));
        held.remove(key);
      } else {
        Version version = new Version(key, now.value(), before == null ? revision : before.create(), revision,
            before == null ? 1 : before.version() + 1, now.lease());
        leases.applied(now);
        changes.add(Change.put(version, Optional.ofNullable(before)));
        held.put(key, version);
      }
    });
    recorder.add(at -> new Event.Applied(at, shard, revision, ended, changes));
  }

  // ---- leases

  @Override
  public void leaseEnds(long lease, boolean expired) {
    if (LeaseRecords.isOfAGrant(lease)) {
      recorder.add(at -> new Event.LeaseEnded(at, lease));
    }
  }

  @Override
  public void leads(int shard, String node, long sinceNanos) {
    recorder.add(at -> new Event.Leader(at, shard, node, clock.getAsLong() - sinceNanos < RESTARTED_NANOS));
  }

  /** Renewals that nobody tells of: of an outcome that is never known. */
  @Override
  public void keptAlive(long lease) {
    recorder.unknown(recorder.invoke(WATCHERS_FROM, 0, new Op.KeepAlive(lease)));
  }

  @Override
  public void fault(String what) {
    if (what.startsWith(STRIKES) && !borne.contains(Fault.parse(what.substring(STRIKES.length())).kind().faultClass())) {
      recorder.add(at -> new Event.Fault(at, what));
    }
  }

  @Override
  public void serves() {
    recorder.add(at -> new Event.Fault(at, Event.Fault.MENDED));
  }
}
