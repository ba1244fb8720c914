package io.cairn.storage.log;

import static io.cairn.storage.log.OnDiskFormat.BLOCK_SECTORS;

import io.cairn.raft.ReplicaId;
import io.cairn.raft.log.EntryId;
import io.cairn.raft.log.HardState;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * How a segment begins: who it belongs to, where the log before it ended, and what every replica of the node was bound to at
 * that moment, so that older segments can go. It is written twice, in different 4 KiB blocks, and synced before any batch.
 *
 * @param nextWrite every record with a smaller write number is accounted for in the table
 * @param nextBatch sequence of the first batch in this segment
 * @param previous number of the segment before, 0 for none
 * @param previousEnd the sector after its last whole batch: anything behind it was torn and is cut
 */
record SegmentHeader(int number, long nextWrite, long nextBatch, int previous, int previousEnd, String clusterId, List<Row> table) {

  /** One replica at the moment the segment began. */
  record Row(ReplicaKey replica, HardState hardState, EntryId base, EntryId last) {}

  /** Where the pieces of a segment lie. */
  record Places(int copySectors, int secondCopy, int firstBatch) {}

  Places places() {
    long bytes = OnDiskFormat.HEADER_FIXED_BYTES + clusterId.getBytes(StandardCharsets.UTF_8).length
        + (long) table.size() * OnDiskFormat.HEADER_REPLICA_BYTES;
    int copySectors = OnDiskFormat.sectorsFor(bytes);
    int secondCopy = (copySectors + BLOCK_SECTORS - 1) / BLOCK_SECTORS * BLOCK_SECTORS;
    return new Places(copySectors, secondCopy, secondCopy + copySectors);
  }

  /** Writes both copies; the caller syncs. */
  void write(SectorBuffer buffer, Segment segment) throws IOException {
    Places places = places();
    for (int copy : new int[] {0, places.secondCopy}) {
      encode(buffer);
      buffer.seal(0, places.copySectors, copy, segment.number, 0);
      segment.file.write(buffer.sealed(places.copySectors), (long) copy * OnDiskFormat.SECTOR_BYTES);
    }
  }

  /** Where a row of the table lies in the file, in the first copy. */
  long rowAt(int row) {
    return OnDiskFormat.byteAt(OnDiskFormat.HEADER_FIXED_BYTES + clusterId.getBytes(StandardCharsets.UTF_8).length
        + (long) row * OnDiskFormat.HEADER_REPLICA_BYTES);
  }

  void encode(SectorBuffer out) {
    Places places = places();
    out.begin(OnDiskFormat.dataAt(places.copySectors));
    out.putLong(OnDiskFormat.SEGMENT_MAGIC);
    out.putInt(OnDiskFormat.FORMAT_VERSION);
    out.putInt(places.copySectors);
    out.putInt(places.secondCopy);
    out.putInt(places.firstBatch);
    out.putInt(OnDiskFormat.ENCRYPTION_KEY_NONE);
    out.putLong(number);
    out.putLong(nextWrite);
    out.putLong(nextBatch);
    out.putLong(previous);
    out.putInt(previousEnd);
    byte[] cluster = clusterId.getBytes(StandardCharsets.UTF_8);
    out.putShort(cluster.length);
    out.put(cluster);
    out.putInt(table.size());
    for (Row row : table) {
      out.putInt(row.replica.shard());
      out.putLong(row.replica.replica().value());
      putHardState(out, row.hardState);
      putId(out, row.base);
      putId(out, row.last);
    }
    out.finish();
  }

  static void putHardState(SectorBuffer out, HardState state) {
    out.putLong(state.term());
    out.putLong(state.vote());
    out.putLong(state.commit());
  }

  static void putId(SectorBuffer out, EntryId id) {
    out.putLong(id.term());
    out.putLong(id.index());
  }

  /** Reads the places from the beginning of a header; the format was looked at before. */
  static Places places(byte[] firstSector) {
    ByteBuffer in = ByteBuffer.wrap(firstSector, 12, 12);
    return new Places(in.getInt(), in.getInt(), in.getInt());
  }

  /** Decodes a whole header whose sectors were found good. */
  static SegmentHeader decode(byte[] data) {
    ByteBuffer in = ByteBuffer.wrap(data);
    in.position(8 + 4 * 4);
    int key = in.getInt();
    if (key != OnDiskFormat.ENCRYPTION_KEY_NONE) {
      throw new IllegalArgumentException("encrypted with key " + key + ", and this version knows no keys");
    }
    int number = Math.toIntExact(in.getLong());
    long nextWrite = in.getLong();
    long nextBatch = in.getLong();
    int previous = Math.toIntExact(in.getLong());
    int previousEnd = in.getInt();
    byte[] cluster = new byte[in.getShort()];
    in.get(cluster);
    int count = in.getInt();
    List<Row> table = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      table.add(new Row(readReplica(in), readHardState(in), readId(in), readId(in)));
    }
    return new SegmentHeader(number, nextWrite, nextBatch, previous, previousEnd, new String(cluster, StandardCharsets.UTF_8), table);
  }

  static ReplicaKey readReplica(ByteBuffer in) {
    return new ReplicaKey(in.getInt(), new ReplicaId(in.getLong()));
  }

  static HardState readHardState(ByteBuffer in) {
    return new HardState(in.getLong(), in.getLong(), in.getLong());
  }

  static EntryId readId(ByteBuffer in) {
    return new EntryId(in.getLong(), in.getLong());
  }
}
