package io.cairn.client.core;

import io.cairn.client.AddResult;
import io.cairn.client.ByteSeq;
import io.cairn.client.ChildrenOptions;
import io.cairn.client.ChildrenResult;
import io.cairn.client.ClusterHistory;
import io.cairn.client.ClusterMap;
import io.cairn.client.ClusterMembers;
import io.cairn.client.Consistency;
import io.cairn.client.DeleteRangeResult;
import io.cairn.client.DeleteResult;
import io.cairn.client.GetOptions;
import io.cairn.client.GetResult;
import io.cairn.client.KeyHistory;
import io.cairn.client.KeyHistoryOptions;
import io.cairn.client.KeyRange;
import io.cairn.client.LeaderTransfer;
import io.cairn.client.Lease;
import io.cairn.client.LeaseDetails;
import io.cairn.client.LeasePage;
import io.cairn.client.LeaseRenewal;
import io.cairn.client.NodeStatus;
import io.cairn.client.OpenWatch;
import io.cairn.client.OpenWatchPage;
import io.cairn.client.PutResult;
import io.cairn.client.RangeOptions;
import io.cairn.client.RangeResult;
import io.cairn.client.RefusedCode;
import io.cairn.client.RefusedException;
import io.cairn.client.ReplicaHash;
import io.cairn.client.Txn;
import io.cairn.client.TxnResult;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** Everything a client can ask of a cluster, with the type of the answer. */
public sealed interface Operation<T> {

  /** What it holds in memory until it ends, about: the client admits calls by the sum. */
  default long bytes() {
    return FIXED_BYTES;
  }

  /** Why no server would take it; null when one might. Saves a journey, and the server checks again. */
  default RefusedException fault() {
    return null;
  }

  /** The longest key, fixed in the format of the data. */
  int KEY_BYTES_MAX = 4_096;

  /** The longest value that a server can be configured to take. */
  int VALUE_BYTES_MAX = 8 << 20;

  private static RefusedException faultOf(ByteSeq key) {
    if (key.isEmpty()) {
      return new RefusedException(RefusedCode.KEY_EMPTY, "The key is empty; a key has 1 to " + KEY_BYTES_MAX + " bytes");
    }
    if (key.size() > KEY_BYTES_MAX) {
      return new RefusedException(
          RefusedCode.KEY_TOO_LARGE, "The key has " + key.size() + " bytes; a key has 1 to " + KEY_BYTES_MAX + " bytes");
    }
    return null;
  }

  private static RefusedException faultOf(KeyRange range) {
    return range.isInverted()
        ? new RefusedException(RefusedCode.RANGE_INVERTED, "The range ends before it starts: " + range)
        : null;
  }

  /** What a call holds beside its keys and values. Measured as a put's objects under compressed oops, rounded up. */
  int FIXED_BYTES = 512;

  /** Another operation that, if it writes, is done only while this holds; what it reads it reads as ever. */
  record Guarded<T>(Operation<T> operation, PlaceGuard guard) implements Operation<T> {
    @Override
    public long bytes() {
      return operation.bytes();
    }

    @Override
    public RefusedException fault() {
      return operation.fault();
    }
  }

  record Put(ByteSeq key, ByteSeq value, boolean previous, long lease, Optional<Duration> ttl) implements Operation<PutResult> {

    public Put(ByteSeq key, ByteSeq value, boolean previous) {
      this(key, value, previous, 0, Optional.empty());
    }

    @Override
    public long bytes() {
      return FIXED_BYTES + key.size() + value.size();
    }

    @Override
    public RefusedException fault() {
      if (value.size() > VALUE_BYTES_MAX) {
        return new RefusedException(
            RefusedCode.VALUE_TOO_LARGE, "The value has " + value.size() + " bytes; no server takes more than " + VALUE_BYTES_MAX);
      }
      if (faultOf(key) != null) {
        return faultOf(key);
      }
      if (ttl.isPresent()) {
        return lease == 0 ? ttlFault(ttl.get()) : new RefusedException(RefusedCode.BAD_REQUEST, "A put has a lease or a TTL, not both");
      }
      return lease == 0 ? null : leaseFault(lease);
    }
  }

  private static RefusedException leaseFault(long id) {
    return id > 0 ? null
        : new RefusedException(RefusedCode.BAD_REQUEST, "There is no lease " + id + "; the id of a lease is 1 to " + Long.MAX_VALUE);
  }

  private static RefusedException ttlFault(Duration ttl) {
    boolean fits = ttl.compareTo(io.cairn.client.Leases.TTL_MIN) >= 0 && ttl.compareTo(io.cairn.client.Leases.TTL_MAX) <= 0;
    return fits ? null : new RefusedException(RefusedCode.BAD_REQUEST, "A TTL of " + ttl + "; it is 1 s to 365 days");
  }

  /** @param id 0: of the server's choice */
  record Grant(long id, Duration ttl) implements Operation<Lease> {
    @Override
    public RefusedException fault() {
      return ttlFault(ttl);
    }
  }

  record Revoke(long id) implements Operation<Lease> {
    @Override
    public RefusedException fault() {
      return leaseFault(id);
    }
  }

  record KeepAlive(List<Long> ids) implements Operation<List<LeaseRenewal>> {
    /** More take more messages. */
    public static final int IDS_MAX = 10_000;

    @Override
    public long bytes() {
      return FIXED_BYTES + 32L * ids.size();
    }

    @Override
    public RefusedException fault() {
      if (ids.isEmpty() || ids.size() > IDS_MAX) {
        return new RefusedException(RefusedCode.BAD_REQUEST, "A renewal names 1 to " + IDS_MAX + " leases, not " + ids.size());
      }
      return ids.stream().map(Operation::leaseFault).filter(Objects::nonNull).findFirst().orElse(null);
    }
  }

  record TimeToLive(long id, boolean keys) implements Operation<LeaseDetails> {
    @Override
    public RefusedException fault() {
      return leaseFault(id);
    }
  }

  record Leases(long after) implements Operation<LeasePage> {}

  record Delete(ByteSeq key, boolean previous) implements Operation<DeleteResult> {
    @Override
    public long bytes() {
      return FIXED_BYTES + key.size();
    }

    @Override
    public RefusedException fault() {
      return faultOf(key);
    }
  }

  /** @param previous whether the answer is to show what was deleted */
  record DeleteRange(KeyRange range, boolean parts, boolean previous) implements Operation<DeleteRangeResult> {
    public DeleteRange(KeyRange range, boolean parts) {
      this(range, parts, false);
    }

    @Override
    public RefusedException fault() {
      return faultOf(range);
    }
  }

  /** What is wrong with a transaction the server says, which knows its bounds. */
  record Transaction(Txn txn) implements Operation<TxnResult> {
    @Override
    public long bytes() {
      return TxnWire.bytes(txn);
    }
  }

  record Add(ByteSeq key, long delta) implements Operation<AddResult> {
    @Override
    public long bytes() {
      return FIXED_BYTES + key.size();
    }

    @Override
    public RefusedException fault() {
      return faultOf(key);
    }
  }

  record Get(ByteSeq key, GetOptions options) implements Operation<GetResult> {

    public Get(ByteSeq key, long revision, Optional<String> node) {
      this(key, new GetOptions(Optional.empty(), revision, Consistency.LINEARIZABLE, node));
    }

    @Override
    public long bytes() {
      return FIXED_BYTES + key.size();
    }

    @Override
    public RefusedException fault() {
      return faultOf(key);
    }
  }

  record Range(KeyRange range, RangeOptions options) implements Operation<RangeResult> {
    @Override
    public RefusedException fault() {
      return faultOf(range);
    }
  }

  record Children(ByteSeq prefix, ChildrenOptions options) implements Operation<ChildrenResult> {}

  record Hash(String node, int shard, long revision) implements Operation<ReplicaHash> {}

  record Transfer(int shard, String node) implements Operation<LeaderTransfer> {}

  /**
   * The members, or a change of them.
   *
   * @param node whom it is about; with REPLACE who comes
   * @param replaced with REPLACE whose place is taken; else empty
   * @param peer of a node that comes, as HOST:PORT; else empty
   * @param client of a node that comes, as HOST:PORT; else empty
   */
  record Members(Kind kind, String node, String replaced, String peer, String client) implements Operation<ClusterMembers> {

    /** What is to be done. */
    public enum Kind { LIST, ADD, PROMOTE, REMOVE, REPLACE }

    public static final Members LIST = new Members(Kind.LIST, "", "", "", "");
  }

  /** How much history is kept; with a revision above 0 that is compacted to it first. */
  record History(long compactTo) implements Operation<ClusterHistory> {

    public static final History INFO = new History(0);
  }

  /** Whether history is kept of keys with a prefix. */
  record KeepHistory(ByteSeq prefix, boolean keeps) implements Operation<ClusterHistory> {
    @Override
    public RefusedException fault() {
      return prefix.size() <= KEY_BYTES_MAX ? null
          : new RefusedException(RefusedCode.KEY_TOO_LARGE, "The prefix has " + prefix.size() + " bytes; a key has 1 to " + KEY_BYTES_MAX);
    }
  }

  /** What became of a key. */
  record OfKey(ByteSeq key, KeyHistoryOptions options) implements Operation<KeyHistory> {
    @Override
    public long bytes() {
      return FIXED_BYTES + key.size();
    }

    @Override
    public RefusedException fault() {
      return faultOf(key);
    }
  }

  record Map() implements Operation<ClusterMap> {}

  record Status(String node) implements Operation<NodeStatus> {}

  /** @param after the watch to go on behind; null from the first on */
  record WatchesOf(String node, KeyRange range, OpenWatch after) implements Operation<OpenWatchPage> {
    @Override
    public RefusedException fault() {
      return faultOf(range);
    }
  }
}
