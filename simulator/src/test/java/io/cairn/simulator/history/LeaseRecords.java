package io.cairn.simulator.history;

import io.cairn.client.core.Operation;
import io.cairn.jepsen.history.Event;
import io.cairn.jepsen.history.History;
import io.cairn.jepsen.history.Op;
import io.cairn.jepsen.history.Result;
import io.cairn.simulator.oracle.ApplyWitness;
import io.cairn.simulator.oracle.DataOracle;
import io.cairn.storage.lease.LeaseIds;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What a history says of leases that a run's calls do not: a put with a TTL is a grant, and a put under what was granted.
 */
final class LeaseRecords {
  private record TtlPut(long grant, String value, long ttlNanos) {}

  private final Map<Long, TtlPut> ttlPuts = new HashMap<>();
  private final Map<Long, TtlPut> byGrant = new HashMap<>();
  private final Map<String, Long> leaseOfValue = new HashMap<>();

  static boolean isOfAGrant(long lease) {
    return LeaseIds.isGranted(lease);
  }

  void putWithTtl(long put, long grant, Operation.Put operation) {
    var made = new TtlPut(grant, DataOracle.valueName(operation.value().utf8()), operation.ttl().orElseThrow().toNanos());
    ttlPuts.put(put, made);
    byGrant.put(grant, made);
  }

  /** A value is in its key now. */
  void applied(ApplyWitness.Now now) {
    if (LeaseIds.isOfOnePut(now.lease())) {
      leaseOfValue.put(now.value(), now.lease());
    }
  }

  /** The number of the grant that belongs to a put with a TTL. */
  Optional<Long> granted(long put) {
    return Optional.ofNullable(ttlPuts.get(put)).map(TtlPut::grant);
  }

  /** What such a grant was answered. */
  Result result(long grant) {
    TtlPut made = byGrant.get(grant);
    return new Result.Leased(0, leaseOfValue.get(made.value), made.ttlNanos, -1);
  }

  /** The history, with the leases in the puts that have brought them. */
  History named(History history) {
    return new History(history.events().stream().map(this::named).toList());
  }

  private Event named(Event event) {
    return event instanceof Event.Invoke(long at, long call, int session, long until, Op.Put put) && ttlPuts.containsKey(call)
        ? new Event.Invoke(at, call, session, until, new Op.Put(put.key(), put.value(), leaseOfValue.getOrDefault(put.value(), 0L))) : event;
  }
}
