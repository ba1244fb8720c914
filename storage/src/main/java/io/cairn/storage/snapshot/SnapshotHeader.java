package io.cairn.storage.snapshot;

import io.cairn.storage.bytes.BytesIn;
import io.cairn.storage.bytes.BytesOut;
import io.cairn.storage.mvcc.Applied;
import io.cairn.storage.mvcc.StoreState;

/**
 * What stands at the head of a snapshot, all of it read from the view that the data is read from (SN-08).
 *
 * @param clusterId of the cluster it was made in; opaque here, checked by whoever receives it
 * @param encryptionKey id of the key that its values are encrypted with; 0 for none
 * @param rangeEpoch of the shard, as of the snapshot
 * @param membershipEpoch of the shard, as of the snapshot
 * @param start first key of the shard
 * @param end first key behind it; empty for no upper bound
 * @param membership the members as of the snapshot; opaque here
 * @param nodes names of the members' nodes; opaque here
 * @param state how far the data has come, and what of it was dropped
 */
public record SnapshotHeader(byte[] clusterId, int encryptionKey, int shard, long rangeEpoch, long membershipEpoch, byte[] start,
    byte[] end, byte[] membership, byte[] nodes, StoreState state) {

  /** The stream's version; changing it makes replicas of different versions unable to feed each other. */
  public static final int FORMAT = 1;

  /** The entry after which the log goes on, and the last revision. */
  public Applied applied() {
    return state.applied();
  }

  byte[] encode() {
    return new BytesOut().varint(FORMAT).sized(clusterId).varint(encryptionKey).varint(shard).varint(rangeEpoch).varint(membershipEpoch)
        .sized(start).sized(end).sized(membership).sized(nodes).sized(state.encode()).toArray();
  }

  static SnapshotHeader decode(byte[] bytes) throws BadSnapshotException {
    var in = new BytesIn(bytes);
    long format = in.varint();
    if (format != FORMAT) {
      throw new BadSnapshotException("the snapshot has format " + format + ", this version reads " + FORMAT);
    }
    byte[] clusterId = in.sized();
    int encryptionKey = in.count();
    if (encryptionKey != 0) {
      throw new BadSnapshotException("the snapshot is encrypted with key " + encryptionKey + ", this version knows none");
    }
    return new SnapshotHeader(clusterId, encryptionKey, in.count(), in.varint(), in.varint(), in.sized(), in.sized(), in.sized(),
        in.sized(), StoreState.decode(in.sized()));
  }
}
