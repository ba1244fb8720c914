package io.cairn.storage.catalog;

import io.cairn.storage.OnDiskFormat;
import io.cairn.storage.StorageFailure;
import io.cairn.storage.StorageFailure.Kind;
import io.cairn.storage.bytes.BytesIn;
import io.cairn.storage.bytes.BytesOut;
import java.util.ArrayList;
import java.util.List;

/**
 * One replica that this node has.
 *
 * @param replicaId its id in the shard; never used twice
 * @param rangeEpoch grows with every change of the shard's range
 * @param membershipEpoch grows with every change of its members
 * @param start first key of the shard
 * @param end first key behind it; empty for no upper bound
 * @param pieces where its data lies: one until shards are merged
 * @param membership the members, encoded by whoever owns that; opaque here
 * @param nodes names of the members' nodes; opaque here
 */
public record ReplicaRecord(int shard, long replicaId, long rangeEpoch, long membershipEpoch, byte[] start, byte[] end,
    List<Piece> pieces, byte[] membership, byte[] nodes) {

  public ReplicaRecord {
    pieces = List.copyOf(pieces);
    if (pieces.isEmpty()) {
      throw new IllegalArgumentException("the replica of shard " + shard + " must have one piece or more, had none");
    }
  }

  /** The store of a replica that lies in one piece, as all do until shards are merged. */
  public long store() {
    if (pieces.size() != 1) {
      throw new IllegalStateException("the replica of shard " + shard + " lies in " + pieces.size() + " pieces, not in one");
    }
    return pieces.getFirst().store();
  }

  /** The same replica with its data somewhere else. */
  public ReplicaRecord withPieces(List<Piece> other) {
    return new ReplicaRecord(shard, replicaId, rangeEpoch, membershipEpoch, start, end, other, membership, nodes);
  }

  /** The same replica with other members. */
  public ReplicaRecord withMembership(long epoch, byte[] members, byte[] nodeNames) {
    return new ReplicaRecord(shard, replicaId, rangeEpoch, epoch, start, end, pieces, members, nodeNames);
  }

  byte[] encode() {
    var out = new BytesOut().int8(OnDiskFormat.REPLICA).varint(shard).varint(replicaId).varint(rangeEpoch).varint(membershipEpoch)
        .sized(start).sized(end).varint(pieces.size());
    for (Piece piece : pieces) {
      out.varint(piece.store()).sized(piece.start()).sized(piece.end());
    }
    return out.sized(membership).sized(nodes).toArray();
  }

  static ReplicaRecord decode(byte[] bytes) {
    var in = new BytesIn(bytes);
    int format = in.int8();
    if (format != OnDiskFormat.REPLICA) {
      throw new StorageFailure(Kind.NEWER_FORMAT,
          "a replica's record has format " + format + ", this version reads " + OnDiskFormat.REPLICA);
    }
    int shard = in.count();
    long replicaId = in.varint();
    long rangeEpoch = in.varint();
    long membershipEpoch = in.varint();
    byte[] start = in.sized();
    byte[] end = in.sized();
    int count = in.count();
    var pieces = new ArrayList<Piece>();
    for (int i = 0; i < count; i++) {
      long store = in.varint();
      if (store < 0 || store > OnDiskFormat.STORE_MAX) {
        throw new StorageFailure(Kind.CORRUPT, "the replica of shard " + shard + " has a piece in store " + Long.toUnsignedString(store));
      }
      pieces.add(new Piece(store, in.sized(), in.sized()));
    }
    if (pieces.isEmpty()) {
      throw new StorageFailure(Kind.CORRUPT, "the replica of shard " + shard + " has no piece");
    }
    return new ReplicaRecord(shard, replicaId, rangeEpoch, membershipEpoch, start, end, pieces, in.sized(), in.sized());
  }
}
