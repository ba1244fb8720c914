package io.cairn.jepsen.check;

import io.cairn.jepsen.history.Change;
import io.cairn.jepsen.history.Event;
import io.cairn.jepsen.history.History;
import io.cairn.jepsen.history.Op;
import io.cairn.jepsen.history.Result;
import io.cairn.jepsen.history.Truth;
import io.cairn.jepsen.history.WatchSpec;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;

/**
 * A right history, drawn from a seed: calls that overlap, each done at a moment between its beginning and its end, or of unknown outcome, or
 * refused; leases that are renewed, revoked or end; watches of all kinds that are given everything in batches.
 */
final class GeneratedHistory {
  static final long MILLI = HistoryBuilder.MILLI;
  static final LeaseBounds BOUNDS = new LeaseBounds(1_000 * MILLI, 100_000 * MILLI, 0, 1_000 * MILLI, 0, 0);
  private static final long TTL = 2_000 * MILLI;
  private static final String[] KEYS = {"a1", "a2", "a3", "b1", "b2"};

  private final Random random;
  private final FakeStore store = new FakeStore();
  private final List<Event> events = new ArrayList<>();
  private final TreeMap<Long, Long> leaseEnds = new TreeMap<>();
  private final List<Long> busyUntil = new ArrayList<>();
  private long now = 1_000 * MILLI;
  private long numbers;

  private GeneratedHistory(long seed) {
    this.random = new Random(seed);
  }

  static History draw(long seed) {
    return new GeneratedHistory(seed).history();
  }

  private History history() {
    int calls = 20 + random.nextInt(60);
    for (int i = 0; i < calls; i++) {
      now += (1 + random.nextInt(100)) * MILLI;
      endLeases();
      call();
    }
    Truth truth = new History(events).truth();
    int watches = 1 + random.nextInt(4);
    for (int i = 0; i < watches; i++) {
      watch(truth);
    }
    events.sort(Comparator.comparingLong(Event::at));
    events.add(new Event.Drained(now + 10_000 * MILLI, truth.lastRevision()));
    return new History(events);
  }

  private String key() {
    return KEYS[random.nextInt(KEYS.length)];
  }

  private void endLeases() {
    for (Map.Entry<Long, Long> each : Map.copyOf(leaseEnds).entrySet()) {
      if (each.getValue() <= now) {
        leaseEnds.remove(each.getKey());
        events.add(new Event.LeaseEnded(now, each.getKey()));
        events.addAll(store.end(now, each.getKey()));
      }
    }
  }

  private void call() {
    switch (random.nextInt(10)) {
      case 0, 1, 2 -> write(new Op.Put(key(), "v" + ++numbers, anyLease()));
      case 3 -> write(new Op.Delete(key()));
      case 4 -> txn();
      case 5 -> {
        String key = key();
        ended(new Op.Get(key, 0, false), new Result.Found(store.revision(), store.get(key)));
      }
      case 6 -> ended(new Op.Range("a", "c", 0), new Result.Shown(store.revision(), store.range("a", "c")));
      case 7 -> {
        long lease = ++numbers;
        leaseEnds.put(lease, now + TTL);
        ended(new Op.Grant(0, TTL), new Result.Leased(0, lease, TTL, -1));
      }
      default -> useLease();
    }
  }

  private long anyLease() {
    return random.nextBoolean() || leaseEnds.isEmpty() ? 0 : leaseEnds.firstKey();
  }

  private void useLease() {
    if (leaseEnds.isEmpty()) {
      ended(new Op.KeepAlive(++numbers), null);
      return;
    }
    long lease = leaseEnds.lastKey();
    if (random.nextBoolean()) {
      leaseEnds.put(lease, now + TTL);
      ended(new Op.KeepAlive(lease), new Result.Leased(0, lease, TTL, TTL));
    } else {
      ended(new Op.TimeToLive(lease), new Result.Leased(0, lease, TTL, leaseEnds.get(lease) - now));
    }
  }

  private void txn() {
    String first = key();
    String second = KEYS[random.nextInt(2)];
    Op txn = new Op.Txn(List.of(), List.of(new Op.Get(first, 0, false), new Op.Put(second, "v" + ++numbers, 0), new Op.Delete("a3")), List.of());
    write(txn);
  }

  /** Done, perhaps; answered, perhaps. */
  private void write(Op op) {
    int luck = random.nextInt(20);
    if (luck == 0) {
      end(op, (at, call) -> new Event.Refused(at, call, "OVERLOADED", 0));
      return;
    }
    if (luck == 1) {
      end(op, (at, call) -> new Event.Unknown(at, call));
      return;
    }
    Result result = done(op);
    end(op, (at, call) -> luck == 2 ? new Event.Unknown(at, call) : new Event.Ok(at, call, result));
  }

  private Result done(Op op) {
    Map<String, String> values = new TreeMap<>();
    List<Result> results = new ArrayList<>();
    switch (op) {
      case Op.Put put -> values.put(put.key(), put.value());
      case Op.Delete delete -> values.put(delete.key(), null);
      case Op.Txn txn -> {
        String read = ((Op.Get) txn.then().get(0)).key();
        Op.Put put = (Op.Put) txn.then().get(1);
        boolean had = store.get("a3").isPresent();
        results.add(new Result.Found(0, store.get(read)));
        results.add(new Result.Written(0, 1, Optional.empty()));
        results.add(new Result.Written(0, had ? 1 : 0, Optional.empty()));
        values.put(put.key(), put.value());
        values.put("a3", null);
      }
      default -> throw new IllegalStateException();
    }
    Optional<Event.Applied> applied = store.write(now, values, op instanceof Op.Put put ? put.lease() : 0);
    applied.ifPresent(events::add);
    return op instanceof Op.Txn ? new Result.TxnDone(store.revision(), true, results)
        : new Result.Written(store.revision(), applied.isPresent() ? 1 : 0, Optional.empty());
  }

  private interface Ending {
    Event at(long at, long call);
  }

  private void ended(Op op, Result result) {
    end(op, (at, call) -> result == null ? new Event.Refused(at, call, "LEASE_NOT_FOUND", 0) : new Event.Ok(at, call, result));
  }

  private void end(Op op, Ending ending) {
    long call = ++numbers;
    long from = now - (1 + random.nextInt(300)) * MILLI / 2;
    long to = now + (1 + random.nextInt(300)) * MILLI / 2;
    events.add(new Event.Invoke(from, call, session(from, to), to, op));
    events.add(ending.at(to, call));
  }

  /** One that has no call open. */
  private int session(long from, long to) {
    int session = 0;
    while (session < busyUntil.size() && busyUntil.get(session) >= from) {
      session++;
    }
    if (session == busyUntil.size()) {
      busyUntil.add(to);
    } else {
      busyUntil.set(session, to);
    }
    return session;
  }

  private void watch(Truth truth) {
    long watch = ++numbers;
    long last = truth.lastRevision();
    boolean state = random.nextInt(3) == 0;
    long from = 2 + random.nextInt((int) Math.max(1, last));
    WatchSpec spec = state ? WatchSpec.withState("a", "c") : WatchSpec.from("a", random.nextBoolean() ? "b" : "c", from);
    spec = random.nextInt(4) == 0 ? spec.filtered(true, false) : spec;
    spec = random.nextInt(4) == 0 ? spec.withoutPrevious() : spec;
    long at = now + (1_000 + watch) * MILLI;
    events.add(new Event.Opened(at, watch, 1, spec));
    if (state) {
      events.add(new Event.Initial(at, watch, truth.held("a", "c", from)));
      events.add(new Event.Synced(at, watch, from));
      from++;
    }
    deliver(truth, watch, spec, from, at);
  }

  private void deliver(Truth truth, long watch, WatchSpec spec, long from, long start) {
    long at = start;
    List<Change> batch = new ArrayList<>();
    long after = from - 1;
    for (Event.Applied each : truth.applied()) {
      if (each.revision() < from) {
        continue;
      }
      for (Change change : each.changes()) {
        if (spec.wants(change)) {
          batch.add(spec.previous() ? change : change.withoutPrevious());
        }
      }
      if (!batch.isEmpty() && random.nextBoolean()) {
        at += MILLI;
        events.add(new Event.Delivered(at, watch, after, List.copyOf(batch)));
        after = each.revision();
        batch.clear();
        events.add(new Event.Progress(at, watch, after));
      }
    }
    if (!batch.isEmpty()) {
      events.add(new Event.Delivered(at + MILLI, watch, after, batch));
    }
    events.add(new Event.Progress(at + 2 * MILLI, watch, Math.max(from, truth.lastRevision())));
  }
}
