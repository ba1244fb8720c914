package io.cairn.jepsen.check;

import io.cairn.jepsen.history.Change;
import io.cairn.jepsen.history.Event;
import io.cairn.jepsen.history.History;
import io.cairn.jepsen.history.Op;
import io.cairn.jepsen.history.Result;
import io.cairn.jepsen.history.Version;
import io.cairn.jepsen.history.WatchSpec;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongFunction;

/** A history made by hand, an event each millisecond. What it puts and deletes is done rightly; what is told of it is the test's. */
final class HistoryBuilder {
  static final long MILLI = 1_000_000L;
  private static final long TIMEOUT = 1_000 * MILLI;

  private final List<Event> events = new ArrayList<>();
  private final FakeStore store = new FakeStore();
  private long now;
  private long numbers;

  History build() {
    return new History(events);
  }

  long revision() {
    return store.revision();
  }

  long now() {
    return now;
  }

  HistoryBuilder advance(long millis) {
    now += millis * MILLI;
    return this;
  }

  HistoryBuilder add(LongFunction<Event> make) {
    now += MILLI;
    events.add(make.apply(now));
    return this;
  }

  // ---- calls

  long invoke(int session, Op op) {
    long call = ++numbers;
    add(at -> new Event.Invoke(at, call, session, at + TIMEOUT, op));
    return call;
  }

  void ok(long call, Result result) {
    add(at -> new Event.Ok(at, call, result));
  }

  void call(int session, Op op, Result result) {
    ok(invoke(session, op), result);
  }

  void refuse(int session, Op op, String code) {
    long call = invoke(session, op);
    add(at -> new Event.Refused(at, call, code, 0));
  }

  void unknown(int session, Op op) {
    long call = invoke(session, op);
    add(at -> new Event.Unknown(at, call));
  }

  /** What is written down, whoever asked for it; returns its revision. */
  long applied(Map<String, String> values) {
    applied(values, 0);
    return store.revision();
  }

  private void applied(Map<String, String> values, long lease) {
    now += MILLI;
    store.write(now, values, lease).ifPresent(events::add);
  }

  /** Both at one revision. */
  long applied(String key, String value, String other, String otherValue) {
    Map<String, String> values = new LinkedHashMap<>();
    values.put(key, value);
    values.put(other, otherValue);
    return applied(values);
  }

  /** A put that is done and answered. */
  long put(int session, String key, String value) {
    return put(session, key, value, 0);
  }

  long put(int session, String key, String value, long lease) {
    long call = invoke(session, new Op.Put(key, value, lease));
    applied(Map.of(key, value), lease);
    ok(call, new Result.Written(store.revision(), 1, Optional.empty()));
    return store.revision();
  }

  long delete(int session, String key) {
    long call = invoke(session, new Op.Delete(key));
    Map<String, String> none = new LinkedHashMap<>();
    none.put(key, null);
    long before = store.revision();
    applied(none, 0);
    ok(call, new Result.Written(store.revision(), store.revision() - before, Optional.empty()));
    return store.revision();
  }

  void get(int session, String key) {
    get(session, key, store.revision(), store.get(key));
  }

  void get(int session, String key, long revision, Optional<Version> found) {
    call(session, new Op.Get(key, 0, false), new Result.Found(revision, found));
  }

  Optional<Version> held(String key) {
    return store.get(key);
  }

  List<Version> held(String start, String end) {
    return store.range(start, end);
  }

  // ---- leases

  void grant(long lease, long ttlMillis) {
    call(1, new Op.Grant(0, ttlMillis * MILLI), new Result.Leased(0, lease, ttlMillis * MILLI, -1));
  }

  void keepAlive(long lease, long ttlMillis) {
    call(1, new Op.KeepAlive(lease), new Result.Leased(0, lease, ttlMillis * MILLI, ttlMillis * MILLI));
  }

  /** Its keys go, as they should. */
  void endLease(long lease) {
    add(at -> new Event.LeaseEnded(at, lease));
    events.addAll(store.end(now, lease));
  }

  // ---- watches

  long open(WatchSpec spec) {
    long watch = ++numbers;
    add(at -> new Event.Opened(at, watch, 1, spec));
    return watch;
  }

  void deliver(long watch, Change... changes) {
    add(at -> new Event.Delivered(at, watch, 0, List.of(changes)));
  }

  /** A change as it is written down. */
  Change change(String key, long revision) {
    return build().truth().of(key, revision).orElseThrow();
  }
}
