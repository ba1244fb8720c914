package io.cairn.storage.mvcc;

import io.cairn.storage.bytes.BytesIn;
import io.cairn.storage.bytes.BytesOut;
import io.cairn.storage.engine.EngineBatch;
import io.cairn.storage.engine.EngineView;
import io.cairn.storage.lease.HomeLeases;
import io.cairn.storage.lease.KnownLeases;
import io.cairn.storage.lease.Lease;
import io.cairn.storage.lease.LeaseIds;
import io.cairn.storage.lease.LeaseLimits;
import io.cairn.storage.lease.LeaseShards;
import io.cairn.storage.lease.OnePut;
import io.cairn.storage.mvcc.WriteResult.Reason;
import io.cairn.storage.mvcc.WriteResult.Refused;
import java.util.Arrays;
import java.util.List;

/** The two tables of leases of one store, and what commands ask of them. Used by the apply loop alone. */
public final class ShardLeases {
  private final HomeLeases home;
  private final KnownLeases known;

  private ShardLeases(HomeLeases home, KnownLeases known) {
    this.home = home;
    this.known = known;
  }

  static ShardLeases load(EngineView view, long store, int shard) {
    return new ShardLeases(HomeLeases.load(view, store, shard), KnownLeases.load(view, store));
  }

  public HomeLeases home() {
    return home;
  }

  public KnownLeases known() {
    return known;
  }

  /** Why the operation cannot be, as far as leases are concerned, decided before anything is changed; null when it can. */
  Refused refusal(Op op, Keys keys) {
    return switch (op) {
      case Op.Put put -> refusal(put, keys);
      case Op.LeaseGrant(long id, long _) -> id != 0 && home.isTaken(id)
          ? new Refused(Reason.LEASE_EXISTS, "lease " + id + " exists, or is not gone yet; choose another id, or none") : full();
      case Op.LeaseRevoke(long id) -> home.isTaken(id) ? null : new Refused(Reason.LEASE_NOT_FOUND, notFound(id));
      case Op.Delete _, Op.DeleteRange _, Op.LeaseDelete _ -> null;
      case Op.Add _, Op.Range _, Op.Txn _ -> throw new IllegalStateException("asks for itself, once it is clear what it puts: " + op);
    };
  }

  /** At a bound a key is put again all the same: it adds no key to its lease, and gives a lease of its own back for the new one. */
  private Refused refusal(Op.Put put, Keys keys) {
    Refused refused = put.lease() != 0 ? refusal(put.lease(), 0) : put.ttlMillis() != 0 ? full() : null;
    if (refused == null || refused.reason() == Reason.LEASE_UNKNOWN) {
      return refused;
    }
    Version before = keys.get(put.key());
    long now = before == null ? 0 : before.lease();
    boolean adds = put.lease() != 0 ? now != put.lease() : !LeaseIds.isOfOnePut(now) || known.get(now).keys() > 1;
    return adds ? refused : null;
  }

  private Refused full() {
    return home.size() < LeaseLimits.LEASES_MAX ? null : new Refused(Reason.LEASE_LIMIT, "there are " + LeaseLimits.LEASES_MAX
        + " leases, or keys with a TTL in this shard, the most there may be; put more keys under one lease");
  }

  /** The put as it is carried out: one with a TTL gets a lease of its own. @param grant its place in the log */
  Op.Put leased(Op.Put put, long grant) {
    return put.ttlMillis() == 0 ? put
        : new Op.Put(put.key(), put.value(), OnePut.grant(home, known, grant, put.ttlMillis()), put.previous(), put.ttlMillis());
  }

  /** What a command has changed in the home table, once it is carried out. */
  List<Lease> takeChanges() {
    OnePut.settle(home, known);
    return home.takeChanges();
  }

  /**
   * Why no key can be put under the lease here now; null when one can.
   *
   * @param more keys that the same command puts under it before this one
   */
  Refused refusal(long lease, int more) {
    if (!known.admits(lease)) {
      return new Refused(Reason.LEASE_UNKNOWN, notFound(lease), lease);
    }
    return known.get(lease).keys() + more < LeaseLimits.KEYS_MAX ? null : new Refused(Reason.LEASE_KEYS, "lease " + lease + " has "
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
      case Op.Put _, Op.Delete _, Op.DeleteRange _, Op.LeaseDelete _, Op.Add _, Op.Range _, Op.Txn _ -> throw new IllegalStateException("not about one lease: " + op);
    };
  }

  /** What a client that asks again is told. */
  static byte[] encodeAnswer(Lease lease) {
    return new BytesOut(24).varint(lease.id()).varint(lease.grant()).varint(lease.ttlMillis()).toArray();
  }

  static Lease decodeAnswer(byte[] bytes) {
    var in = new BytesIn(bytes);
    return new Lease(in.varint(), in.varint(), in.varint(), 0, false, LeaseShards.NONE);
  }

  /** What a client that asks again is told of a put with a TTL: the lease it was granted, then what it replaced, when that was asked for. */
  static byte[] encodeOwn(long lease, byte[] previous) {
    BytesOut out = new BytesOut(16).varint(lease);
    return (previous == null ? out : out.bytes(previous, 0, previous.length)).toArray();
  }

  static long ownLease(byte[] answer) {
    return new BytesIn(answer).varint();
  }

  /** Null when it showed none. */
  static byte[] ownPrevious(byte[] answer) {
    int at = encodeOwn(ownLease(answer), null).length;
    return at == answer.length ? null : Arrays.copyOfRange(answer, at, answer.length);
  }

  /** The lease of a put with a TTL, as far as a client that asks again hears of it. */
  static Lease own(long id, long ttlMillis) {
    return new Lease(id, 0, ttlMillis, 0, false, LeaseShards.NONE);
  }

  long sum() {
    return home.sum() + known.sum();
  }

  void save(EngineBatch batch) {
    home.save(batch);
    known.save(batch);
  }

  void written() {
    known.written();
  }
}
