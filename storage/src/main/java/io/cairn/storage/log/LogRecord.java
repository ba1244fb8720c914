package io.cairn.storage.log;

import io.cairn.raft.log.EntryId;
import io.cairn.raft.log.EntryKind;
import io.cairn.raft.log.HardState;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * A record as recovery reads it. Of entries only the places are kept: the log may be larger than memory.
 *
 * @param write its write number; of two records that say different things of one replica the higher one holds
 */
record LogRecord(long write, List<Part> parts) {

  /** What a record says of one replica. */
  sealed interface Part {
    ReplicaKey replica();
  }

  record HardStatePart(ReplicaKey replica, HardState state) implements Part {}

  record RestartPart(ReplicaKey replica, EntryId base) implements Part {}

  record DestroyedPart(ReplicaKey replica) implements Part {}

  /** @param offsets where each entry stands in the data space of {@code segment} */
  record EntriesPart(ReplicaKey replica, long first, long termBefore, long[] terms, long[] offsets, int[] payloadBytes, Segment segment)
      implements Part {}

  /**
   * Decodes the records of one batch.
   *
   * @param data the batch's data, header and all; {@code limit} bytes of it are used
   * @throws IllegalArgumentException when it is not what {@link BatchWriter} writes
   */
  static void decodeAll(byte[] data, int limit, Segment segment, int firstSector, List<LogRecord> into) {
    ByteBuffer in = ByteBuffer.wrap(data, 0, limit);
    in.position(OnDiskFormat.BATCH_HEADER_BYTES);
    while (in.hasRemaining()) {
      LogRecord record = decode(in, segment, firstSector);
      if (!record.parts.isEmpty()) {
        into.add(record);
      }
    }
  }

  /**
   * Decodes the record at the buffer's position and moves behind it; one without parts fills space.
   *
   * @param in the batch's data from its first byte on
   * @throws IllegalArgumentException when it is not what {@link BatchWriter} writes
   */
  static LogRecord decode(ByteBuffer in, Segment segment, int firstSector) {
    try {
      int length = in.getInt();
      require(length >= OnDiskFormat.RECORD_HEADER_BYTES - Integer.BYTES && length <= in.remaining(),
          "a record claims " + length + " bytes, " + in.remaining() + " are left");
      int end = in.position() + length;
      long write = in.getLong();
      int count = in.getShort();
      require(count >= 0 && count <= length / OnDiskFormat.PART_HEADER_BYTES, "a record claims " + count + " parts");
      List<Part> parts = new ArrayList<>(count);
      for (int i = 0; i < count; i++) {
        parts.add(decodePart(in, segment, OnDiskFormat.dataAt(firstSector)));
      }
      require(count == 0 || in.position() == end, "a record ends at byte " + in.position() + " instead of " + end);
      in.position(end);
      return new LogRecord(write, parts);
    } catch (BufferUnderflowException | IllegalArgumentException bad) {
      throw new IllegalArgumentException("a record of a sound batch cannot be read: "
          + (bad.getMessage() == null ? "it ends too early" : bad.getMessage()), bad);
    }
  }

  private static Part decodePart(ByteBuffer in, Segment segment, long batchAt) {
    byte code = in.get();
    ReplicaKey replica = SegmentHeader.readReplica(in);
    return switch (code) {
      case OnDiskFormat.PART_HARD_STATE -> new HardStatePart(replica, SegmentHeader.readHardState(in));
      case OnDiskFormat.PART_RESTART -> new RestartPart(replica, SegmentHeader.readId(in));
      case OnDiskFormat.PART_DESTROYED -> new DestroyedPart(replica);
      case OnDiskFormat.PART_ENTRIES -> decodeEntries(in, replica, segment, batchAt);
      default -> throw new IllegalArgumentException("part code " + code + " is unknown (1 to 4 are known)");
    };
  }

  private static EntriesPart decodeEntries(ByteBuffer in, ReplicaKey replica, Segment segment, long batchAt) {
    long first = in.getLong();
    long termBefore = in.getLong();
    int count = in.getInt();
    require(first > 0 && termBefore >= 0, "entries from " + first + " on, after one of term " + termBefore);
    require(count > 0 && count <= in.remaining() / OnDiskFormat.ENTRY_HEADER_BYTES, "a part claims " + count + " entries");
    long[] terms = new long[count];
    long[] offsets = new long[count];
    int[] payloadBytes = new int[count];
    var crc = new CRC32C();
    for (int i = 0; i < count; i++) {
      offsets[i] = batchAt + in.position();
      terms[i] = in.getLong();
      long index = in.getLong();
      require(terms[i] >= 0, "an entry of term " + terms[i]);
      require(index == first + i, "entry " + index + " stands where " + (first + i) + " was due");
      EntryKind.of(in.get());
      payloadBytes[i] = in.getInt();
      int checksum = in.getInt();
      require(payloadBytes[i] >= 0 && payloadBytes[i] <= in.remaining(), "an entry claims " + payloadBytes[i] + " bytes");
      crc.reset();
      crc.update(in.array(), in.position(), payloadBytes[i]);
      require((int) crc.getValue() == checksum, "the payload of entry " + terms[i] + "/" + index + " fails its checksum");
      in.position(in.position() + payloadBytes[i]);
    }
    return new EntriesPart(replica, first, termBefore, terms, offsets, payloadBytes, segment);
  }

  private static void require(boolean claim, String message) {
    if (!claim) {
      throw new IllegalArgumentException(message);
    }
  }
}
