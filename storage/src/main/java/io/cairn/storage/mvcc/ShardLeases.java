package io.cairn.storage.mvcc;

import io.cairn.storage.bytes.BytesIn;
import io.cairn.storage.bytes.BytesOut;
import io.cairn.storage.engine.EngineBatch;
import io.cairn.storage.engine.EngineView;
import io.cairn.storage.lease.HomeLeases;
import io.cairn.storage.lease.KnownLeases;
import io.cairn.storage.lease.Lease;
import io.cairn.storage.lease.LeaseLimits;
import io.cairn.storage.mvcc.WriteResult.Reason;
import io.cairn.storage.mvcc.WriteResult.Refused;
import java.util.TreeMap;

/** The two tables of leases of one store, and what commands ask of them. Used by the apply loop alone. */
public final class ShardLeases {
  private final HomeLeases home;
  private final KnownLeases known;

  private ShardLeases(HomeLeases home, KnownLeases known) {
    this.home = home;
    this.known = known;
  }

  static ShardLeases load(EngineView view, long store) {
    return new ShardLeases(HomeLeases.load(view, store), KnownLeases.load(view, store));
  }

  public HomeLeases home() {
    return home;
  }

  public KnownLeases known() {
    return known;
  }

  /** Why the operation cannot be, as far as leases are concerned, decided before anything is changed; null when it can. */
  Refused refusal(Op op) {
    return switch (op) {
      case Op.Put put -> put.lease() == 0 ? null : refusal(put.lease());
      case Op.LeaseGrant(long id, long _) -> {
        if (id != 0 && home.isTaken(id)) {
          yield new Refused(Reason.LEASE_EXISTS, "lease " + id + " exists, or is not gone yet; choose another id, or none");
        }
        yield home.size() < LeaseLimits.LEASES_MAX ? null : new Refused(Reason.LEASE_LIMIT,
            "there are " + LeaseLimits.LEASES_MAX + " leases, the most of a cluster; put more keys under one");
      }
      case Op.LeaseRevoke(long id) -> home.isTaken(id) ? null : new Refused(Reason.LEASE_NOT_FOUND, notFound(id));
      case Op.Delete _, Op.DeleteRange _, Op.LeaseDelete _ -> null;
    };
  }

  /** Why no key can be put under the lease here now; null when one can. */
  Refused refusal(long lease) {
    if (!known.admits(lease)) {
      return new Refused(Reason.LEASE_UNKNOWN, notFound(lease), lease);
    }
    return known.get(lease).keys() < LeaseLimits.KEYS_MAX ? null : new Refused(Reason.LEASE_KEYS, "lease " + lease + " has "
        + LeaseLimits.KEYS_MAX + " keys in this shard, the most of one lease; grant another one");
  }

  private static String notFound(long lease) {
    return "there is no lease " + lease + "; it has ended, or was never granted";
  }

  /** The lease as the operation leaves it. @param grant the command's place in the log */
  Lease apply(Op op, long grant) {
    return switch (op) {
      case Op.LeaseGrant(long id, long ttlMillis) -> home.grant(id != 0 ? id : home.freeId(grant), grant, ttlMillis);
      case Op.LeaseRevoke(long id) -> home.revoke(id);
      case Op.Put _, Op.Delete _, Op.DeleteRange _, Op.LeaseDelete _ -> throw new IllegalStateException("not about one lease: " + op);
    };
  }

  /** What a client that asks again is told. */
  static byte[] encodeAnswer(Lease lease) {
    return new BytesOut(24).varint(lease.id()).varint(lease.grant()).varint(lease.ttlMillis()).toArray();
  }

  static Lease decodeAnswer(byte[] bytes) {
    var in = new BytesIn(bytes);
    return new Lease(in.varint(), in.varint(), in.varint(), 0, false, new TreeMap<>());
  }

  void save(EngineBatch batch) {
    home.save(batch);
    known.save(batch);
  }

  void written() {
    known.written();
  }
}
