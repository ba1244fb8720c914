package io.cairn.storage.mvcc;

import io.cairn.storage.OnDiskFormat;
import io.cairn.storage.StorageFailure;
import io.cairn.storage.StorageFailure.Kind;
import io.cairn.storage.bytes.BytesIn;
import io.cairn.storage.bytes.BytesOut;
import java.util.Arrays;

/**
 * An event as it lies in the events family under its revision and ordinal: what a key became, <em>and the whole version that
 * this replaced</em>. So a read at an older revision needs only events above that revision, and the head of the family can be
 * dropped in one range.
 *
 * <pre>
 *  format    1 byte
 *  flags     1 byte   bit 0: a put (else a delete);  bit 1: a version was replaced;  bit 2: none was, and a delete stands before
 *  client    16 bytes, and sequence as varint: who asked for it
 *  key       with its length
 *  new       a version with its length, for a put
 *  replaced  a version with its length (bit 1), or revision and ordinal of the delete before (bit 2)
 * </pre>
 *
 * A reader is pointed at bytes and used again. For one thread.
 */
final class StoredEvent {
  private static final int PUT = 1;
  private static final int REPLACED = 2;
  private static final int DELETED_BEFORE = 4;

  private final BytesIn in = new BytesIn(new byte[0]);
  private byte[] source;
  private int keyOffset;
  private int keyLength;
  private int currentOffset;
  private int currentLength;
  private int replacedOffset;
  private int replacedLength;
  boolean put;
  boolean replaced;
  boolean deletedBefore;
  long deleteRevision;
  int deleteOrdinal;
  long clientHigh;
  long clientLow;
  long sequence;

  /**
   * @param storeKey the key with its store's prefix, which is left out
   * @param current the new version, or null for a delete
   * @param replaced the version it replaced, or null
   * @param deleteRevision where {@code replaced} is null: the revision of the delete before it, 0 when there was none
   */
  static void encode(BytesOut out, Write write, byte[] storeKey, byte[] current, byte[] replaced, long deleteRevision, int deleteOrdinal) {
    int flags = (current != null ? PUT : 0) | (replaced != null ? REPLACED : deleteRevision != 0 ? DELETED_BEFORE : 0);
    out.clear().int8(OnDiskFormat.EVENT).int8(flags)
        .int64(write.clientHigh()).int64(write.clientLow()).varint(write.sequence())
        .varint(storeKey.length - 4).bytes(storeKey, 4, storeKey.length - 4);
    if (current != null) {
      out.sized(current);
    }
    if (replaced != null) {
      out.sized(replaced);
    } else if (deleteRevision != 0) {
      out.varint(deleteRevision).varint(deleteOrdinal);
    }
  }

  StoredEvent read(byte[] bytes) {
    source = bytes;
    in.over(bytes, 0, bytes.length);
    int format = in.int8();
    int flags = in.int8();
    if (format != OnDiskFormat.EVENT || flags > (PUT | REPLACED | DELETED_BEFORE)) {
      throw new StorageFailure(Kind.NEWER_FORMAT,
          "an event has format " + format + " and flags " + flags + ", this version reads format " + OnDiskFormat.EVENT);
    }
    put = (flags & PUT) != 0;
    replaced = (flags & REPLACED) != 0;
    deletedBefore = (flags & DELETED_BEFORE) != 0;
    clientHigh = in.int64();
    clientLow = in.int64();
    sequence = in.varint();
    keyLength = in.count();
    keyOffset = in.skip(keyLength);
    currentLength = put ? in.count() : 0;
    currentOffset = in.skip(currentLength);
    replacedLength = replaced ? in.count() : 0;
    replacedOffset = in.skip(replacedLength);
    deleteRevision = deletedBefore ? in.varint() : 0;
    deleteOrdinal = deletedBefore ? in.count() : 0;
    return this;
  }

  byte[] key() {
    return Arrays.copyOfRange(source, keyOffset, keyOffset + keyLength);
  }

  /** Points {@code version} at the new version of a put. */
  StoredVersion current(StoredVersion version) {
    return version.read(source, currentOffset, currentLength);
  }

  /** Points {@code version} at the version that was replaced. */
  StoredVersion replaced(StoredVersion version) {
    return version.read(source, replacedOffset, replacedLength);
  }
}
