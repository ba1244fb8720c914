package io.cairn.storage.log;

/**
 * The numbers of the log's files. Changing this corrupts existing data: whoever must change something here raises
 * {@link #FORMAT_VERSION} and reads the old layout too.
 *
 * <p>All integers are big-endian. A segment is a row of sectors; the first {@link #SECTOR_DATA_BYTES} of each carry data, the
 * rest is its tag. "Data space" is the row of data bytes with the tags left out.
 *
 * <pre>
 * sector   data 500 | lap u32 | ordinal u32 | check u32
 *          lap: the segment's number, 0 in an empty sector. ordinal: which batch of the segment, 0 in a header.
 *          check: CRC32C of the 508 bytes before, xor a number made from the sector's place in the file (ST-06)
 *
 * segment  header copy A at 0, copy B at the next 4 KiB block, then batches; what is not written is empty or of an earlier lap
 *
 * header   magic u64 | format u32 | header sectors u32 | copy B at sector u32 | first batch at sector u32 | key id u32
 *          | number u64 | next write number u64 | next batch sequence u64
 *          | previous segment u64 | previous ends at sector u32 | cluster id (u16 length, UTF-8)
 *          | replicas u32 | each: shard u32, replica u64, term u64, vote u64, commit u64, base term u64, base index u64,
 *                            last term u64, last index u64
 *
 * batch    magic u32 | sectors u32 | sequence u64 | data bytes u32 | check of the other sectors' checks u32 | records
 *
 * record   length of the rest u32 | write number u64 | parts u16 | parts             (0 parts: only fills space)
 *
 * part     code u8 | shard u32 | replica u64 | then by code
 *            1 hard state   term u64, vote u64, commit u64
 *            2 restart      base term u64, base index u64
 *            3 entries      first index u64, term before it u64, count u32, entries
 *            4 destroyed    -
 *
 * entry    term u64 | index u64 | kind u8 | payload length u32 | CRC32C of the payload u32 | payload
 * </pre>
 */
final class OnDiskFormat {
  static final int FORMAT_VERSION = 1;

  static final int SECTOR_BYTES = 512;
  static final int SECTOR_DATA_BYTES = 500;
  static final int LAP_OFFSET = 500;
  static final int ORDINAL_OFFSET = 504;
  static final int CHECK_OFFSET = 508;

  /** Copies of what must survive one bad block lie in different blocks of this size. */
  static final int BLOCK_BYTES = 4096;
  static final int BLOCK_SECTORS = BLOCK_BYTES / SECTOR_BYTES;

  /** {@code CAIRNLOG}. */
  static final long SEGMENT_MAGIC = 0x434149524e4c4f47L;
  static final int ENCRYPTION_KEY_NONE = 0;
  /** Without the cluster id and the table. */
  static final int HEADER_FIXED_BYTES = 8 + 5 * 4 + 3 * 8 + 8 + 4 + 2 + 4;
  static final int HEADER_REPLICA_BYTES = 4 + 8 * 8;

  /** {@code CBAT}. */
  static final int BATCH_MAGIC = 0x43424154;
  static final int BATCH_HEADER_BYTES = 24;
  static final int BATCH_CHECK_OFFSET = 20;

  static final int RECORD_HEADER_BYTES = 4 + 8 + 2;
  static final int PART_HEADER_BYTES = 1 + 4 + 8;
  static final byte PART_HARD_STATE = 1;
  static final byte PART_RESTART = 2;
  static final byte PART_ENTRIES = 3;
  static final byte PART_DESTROYED = 4;
  static final int HARD_STATE_BYTES = PART_HEADER_BYTES + 3 * 8;
  static final int RESTART_BYTES = PART_HEADER_BYTES + 2 * 8;
  static final int ENTRIES_HEADER_BYTES = PART_HEADER_BYTES + 8 + 8 + 4;
  static final int ENTRY_HEADER_BYTES = 8 + 8 + 1 + 4 + 4;

  private OnDiskFormat() {}

  /** What the sector's place adds to its check, so that bytes written to the wrong place do not pass there. */
  static int placeMark(int sector) {
    return (sector + 1) * 0x9e3779b1;
  }

  static int sectorsFor(long dataBytes) {
    return Math.toIntExact((dataBytes + SECTOR_DATA_BYTES - 1) / SECTOR_DATA_BYTES);
  }

  /** Where a sector begins in data space. */
  static long dataAt(int sector) {
    return (long) sector * SECTOR_DATA_BYTES;
  }

  /** Where a byte of data space lies in the file. */
  static long byteAt(long data) {
    return data / SECTOR_DATA_BYTES * SECTOR_BYTES + data % SECTOR_DATA_BYTES;
  }
}
