package io.cairn.server.shard;

import io.cairn.raft.ReplicaId;
import io.cairn.storage.catalog.ReplicaRecord;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** A shard's replicas as the catalog keeps them. Changing this corrupts existing data. */
public final class DescriptorCodec {

  private DescriptorCodec() {}

  /** {@code u16 count | count x (u64 replica id | u16 length | name)}. */
  public static byte[] encodeNodes(SortedMap<ReplicaId, String> replicas) {
    int size = 2;
    for (String node : replicas.values()) {
      size += 8 + 2 + node.getBytes(StandardCharsets.UTF_8).length;
    }
    ByteBuffer out = ByteBuffer.allocate(size).putShort((short) replicas.size());
    for (Map.Entry<ReplicaId, String> replica : replicas.entrySet()) {
      byte[] name = replica.getValue().getBytes(StandardCharsets.UTF_8);
      out.putLong(replica.getKey().value()).putShort((short) name.length).put(name);
    }
    return out.array();
  }

  static SortedMap<ReplicaId, String> decodeNodes(byte[] encoded) {
    ByteBuffer in = ByteBuffer.wrap(encoded);
    var replicas = new TreeMap<ReplicaId, String>();
    int count = in.getShort() & 0xffff;
    for (int i = 0; i < count; i++) {
      var id = new ReplicaId(in.getLong());
      byte[] name = new byte[in.getShort() & 0xffff];
      in.get(name);
      replicas.put(id, new String(name, StandardCharsets.UTF_8));
    }
    return replicas;
  }

  public static ShardDescriptor descriptor(ReplicaRecord record) {
    return new ShardDescriptor(record.shard(), record.rangeEpoch(), record.membershipEpoch(), record.start(), record.end(),
        decodeNodes(record.nodes()));
  }
}
