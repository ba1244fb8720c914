package io.cairn.raft.membership;

import io.cairn.raft.ReplicaId;
import java.nio.ByteBuffer;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * A membership as bytes, which stand in logs and snapshots for good: format (1 byte, now 2), then voters, outgoing and
 * learners, each a count (4 bytes) and that many replica ids (8 bytes), then the highest id ever used (8 bytes), all big-endian. In
 * format 1 the last is not there: nothing had been removed yet.
 */
public final class MembershipCodec {

  private static final byte FORMAT = 2;
  private static final byte WITHOUT_HIGHEST = 1;

  private MembershipCodec() {}

  public static byte[] encode(Membership membership) {
    int ids = membership.voters().size() + membership.outgoing().size() + membership.learners().size();
    var bytes = ByteBuffer.allocate(1 + 3 * Integer.BYTES + (ids + 1) * Long.BYTES);
    bytes.put(FORMAT);
    write(bytes, membership.voters());
    write(bytes, membership.outgoing());
    write(bytes, membership.learners());
    bytes.putLong(membership.highest().value());
    return bytes.array();
  }

  /** @throws IllegalArgumentException when the bytes are no membership of a format that this version knows */
  public static Membership decode(byte[] encoded) {
    var bytes = ByteBuffer.wrap(encoded);
    if (encoded.length < 1 + 3 * Integer.BYTES) {
      throw new IllegalArgumentException("a membership has at least 13 bytes, these are " + encoded.length);
    }
    byte format = bytes.get();
    if (format != FORMAT && format != WITHOUT_HIGHEST) {
      throw new IllegalArgumentException("membership format " + format + " is unknown to this version (1 and 2 are known)");
    }
    SortedSet<ReplicaId> voters = read(bytes);
    SortedSet<ReplicaId> outgoing = read(bytes);
    SortedSet<ReplicaId> learners = read(bytes);
    if (format == FORMAT && bytes.remaining() < Long.BYTES) {
      throw new IllegalArgumentException("a membership ends before the highest id ever used");
    }
    var membership = format == FORMAT ? new Membership(voters, outgoing, learners, new ReplicaId(bytes.getLong()))
        : new Membership(voters, outgoing, learners);
    if (bytes.hasRemaining()) {
      throw new IllegalArgumentException("a membership is followed by " + bytes.remaining() + " bytes too many");
    }
    return membership;
  }

  private static void write(ByteBuffer bytes, SortedSet<ReplicaId> replicas) {
    bytes.putInt(replicas.size());
    for (ReplicaId replica : replicas) {
      bytes.putLong(replica.value());
    }
  }

  private static SortedSet<ReplicaId> read(ByteBuffer bytes) {
    if (bytes.remaining() < Integer.BYTES) {
      throw new IllegalArgumentException("a membership ends before its last list of replicas");
    }
    int count = bytes.getInt();
    if (count < 0 || count > bytes.remaining() / Long.BYTES) {
      throw new IllegalArgumentException("a membership names " + count + " replicas in " + bytes.remaining() + " bytes");
    }
    var replicas = new TreeSet<ReplicaId>();
    for (int i = 0; i < count; i++) {
      replicas.add(new ReplicaId(bytes.getLong()));
    }
    return replicas;
  }
}
