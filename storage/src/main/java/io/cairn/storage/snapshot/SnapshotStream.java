package io.cairn.storage.snapshot;

/**
 * The stream between {@link SnapshotSource} and {@link SnapshotSink}.
 *
 * <pre>
 *  chunk   number(4) flags(1) length(4) payload [stream's CRC32C(4), in the last one] CRC32C of all before(4)
 *  stream  frame* : length(4), then  HEADER  header
 *                                    ENTRY   family(1) key's length as varint, key without its store, value
 *                                    END     number of entries as varint
 * </pre>
 *
 * Payloads of the chunks, put together, are the stream: a frame may lie in several chunks, so a chunk can be as small as the
 * network wants it whatever the largest value is.
 */
final class SnapshotStream {
  static final int HEADER = 1;
  static final int ENTRY = 2;
  static final int END = 3;

  /** Flag of the last chunk. */
  static final int LAST = 1;

  static final int CHUNK_HEAD_BYTES = 9;
  static final int CRC_BYTES = 4;

  /** A frame holds one key with its values; the largest (an event: two versions) is well below this. */
  static final int FRAME_BYTES_MAX = 64 << 20;

  private SnapshotStream() {}
}
