package io.cairn.storage.retry;

import io.cairn.raft.Invariant;
import io.cairn.storage.OnDiskFormat;
import io.cairn.storage.StorageFailure.Kind;
import io.cairn.storage.StorageFailure;
import io.cairn.storage.bytes.BytesIn;
import io.cairn.storage.bytes.BytesOut;
import io.cairn.storage.hash.Fact;
import java.util.Arrays;

/**
 * What one shard remembers of one client: the sequences it still holds open that were applied here, each with its answer.
 *
 * <p>The sequences lie in parallel arrays, in ascending order, from {@code head} on: new ones come at the end nearly always,
 * closed ones leave at the front, and a lookup is a binary search.
 *
 * <pre>
 *  format      1 byte
 *  forgotten, lowest open, last used, use index, use position, count      varints
 *  for each sequence:
 *    sequence  varint, less the one before
 *    hash      8 bytes
 *    revision  zigzag varint, less the one before
 *    changed   varint, times 4, plus 0: shows no previous version, 1: it follows with its length, 2: it is in the event
 * </pre>
 */
final class ClientRecord {
  /** Says that an answer's previous version is to be read from its event. */
  private static final byte[] IN_EVENT = {};

  /** How an answer shows its previous version. */
  private static final int SHOWN = 1;
  private static final int SHOWN_BY_EVENT = 2;

  final ClientId id;
  /** The shard's {@code forgotten} when this record was made: it judges every sequence that is not held. */
  final long forgotten;
  /** Sequences below this one are closed. */
  private long lowestOpen;
  /** The largest revision at which the client was active; for a command that took none, one above what it had seen. */
  private long lastUsed;
  /** Place in the log of the last command that was applied: index of its entry, place in it. Decides who is evicted first. */
  private long useIndex;
  private int usePosition;

  /** What one that is held takes at least: its distance, a hash, its revision's distance, what changed. */
  private static final int SEQUENCE_BYTES_MIN = 1 + 8 + 1 + 1;

  private int head;
  private int count;
  private long[] sequences;
  private long[] hashes;
  private long[] revisions;
  private long[] changes;
  private byte[][] previous;

  /** Neighbours in the order of use, kept by {@link ClientRecords}. */
  ClientRecord older;
  ClientRecord newer;
  /** What the sequences that are held add up to, for the rolling hash. */
  private long heldSum;

  /** Whether it differs from what is stored. */
  boolean dirty;

  ClientRecord(ClientId id, long forgotten) {
    this(id, forgotten, 4);
  }

  private ClientRecord(ClientId id, long forgotten, int capacity) {
    this.id = id;
    this.forgotten = forgotten;
    sequences = new long[capacity];
    hashes = new long[capacity];
    revisions = new long[capacity];
    changes = new long[capacity];
    previous = new byte[capacity][];
  }

  long lowestOpen() {
    return lowestOpen;
  }

  long lastUsed() {
    return lastUsed;
  }

  long useIndex() {
    return useIndex;
  }

  int usePosition() {
    return usePosition;
  }

  /** Where the sequence is held, or a negative number. */
  int find(long sequence) {
    return Arrays.binarySearch(sequences, head, head + count, sequence);
  }

  long hashAt(int at) {
    return hashes[at];
  }

  Answer answerAt(int at) {
    byte[] kept = previous[at];
    return new Answer(revisions[at], changes[at], kept == IN_EVENT ? null : kept, kept == IN_EVENT);
  }

  /** How many sequences stay held when those below {@code lowest} are closed. */
  int openFrom(long lowest) {
    int at = find(lowest);
    return head + count - (at >= 0 ? at : -at - 1);
  }

  void close(long lowest, Fact fact) {
    if (lowest <= lowestOpen) {
      return;
    }
    int kept = openFrom(lowest);
    for (int at = head; at < head + count - kept; at++) {
      heldSum -= held(fact, at);
    }
    Arrays.fill(previous, head, head + count - kept, null);
    head += count - kept;
    count = kept;
    lowestOpen = lowest;
  }

  /** @param previousVersion may be long: until it is stored it is kept as it is, since its event cannot be read before */
  void hold(long sequence, long hash, long revision, long changed, byte[] previousVersion, Fact fact) {
    int found = find(sequence);
    Invariant.check(found < 0, "sequence %d is held once", sequence);
    int at = -found - 1;
    if (head + count == sequences.length) {
      at -= makeRoom();
    }
    int behind = head + count - at;
    if (behind > 0) {
      System.arraycopy(sequences, at, sequences, at + 1, behind);
      System.arraycopy(hashes, at, hashes, at + 1, behind);
      System.arraycopy(revisions, at, revisions, at + 1, behind);
      System.arraycopy(changes, at, changes, at + 1, behind);
      System.arraycopy(previous, at, previous, at + 1, behind);
    }
    sequences[at] = sequence;
    hashes[at] = hash;
    revisions[at] = revision;
    changes[at] = changed;
    previous[at] = previousVersion;
    count++;
    heldSum += held(fact, at);
  }

  /** A sequence that is held, for the rolling hash: an answer too long to be kept says the same before it is stored as after. */
  private long held(Fact fact, int at) {
    fact.about(Fact.CLIENT).and(sequences[at]).and(hashes[at]).and(revisions[at]).and(changes[at]).and(shows(at));
    return (shows(at) == SHOWN ? fact.and(previous[at]) : fact).value();
  }

  private int shows(int at) {
    byte[] kept = previous[at];
    return kept == null ? 0 : kept == IN_EVENT || kept.length > ClientRecords.ANSWER_BYTES_MAX ? SHOWN_BY_EVENT : SHOWN;
  }

  /** What it adds to the rolling hash. */
  long fact(Fact fact) {
    return fact.about(Fact.CLIENT).and(id.high()).and(id.low()).and(forgotten).and(lowestOpen).and(lastUsed).and(useIndex).and(usePosition)
        .and(count).and(heldSum).value();
  }

  void used(long revision, long index, int position) {
    lastUsed = Math.max(lastUsed, revision);
    useIndex = index;
    usePosition = position;
  }

  /** Moves what is held to the front, of larger arrays where more than half is held. Returns by how far it moved. */
  private int makeRoom() {
    int moved = head;
    int capacity = count > sequences.length / 2 ? sequences.length * 2 : sequences.length;
    sequences = moved(sequences, capacity);
    hashes = moved(hashes, capacity);
    revisions = moved(revisions, capacity);
    changes = moved(changes, capacity);
    byte[][] kept = new byte[capacity][];
    System.arraycopy(previous, head, kept, 0, count);
    previous = kept;
    head = 0;
    return moved;
  }

  private long[] moved(long[] from, int capacity) {
    long[] to = new long[capacity];
    System.arraycopy(from, head, to, 0, count);
    return to;
  }

  /** Lays the record out; from now on answers too long to be kept are read from their events. */
  void encode(BytesOut out) {
    out.clear().int8(OnDiskFormat.CLIENT)
        .varint(forgotten).varint(lowestOpen).varint(lastUsed).varint(useIndex).varint(usePosition).varint(count);
    long lastSequence = 0;
    long lastRevision = 0;
    for (int at = head; at < head + count; at++) {
      int shows = shows(at);
      if (shows == SHOWN_BY_EVENT) {
        previous[at] = IN_EVENT;
      }
      out.varint(sequences[at] - lastSequence).int64(hashes[at]).zigzag(revisions[at] - lastRevision).varint(changes[at] << 2 | shows);
      if (shows == SHOWN) {
        out.sized(previous[at]);
      }
      lastSequence = sequences[at];
      lastRevision = revisions[at];
    }
  }

  static ClientRecord decode(ClientId id, byte[] bytes) {
    var in = new BytesIn(bytes);
    int format = in.int8();
    if (format != OnDiskFormat.CLIENT) {
      throw new StorageFailure(Kind.NEWER_FORMAT,
          "a client's record has format " + format + ", this version reads " + OnDiskFormat.CLIENT);
    }
    long forgotten = in.varint();
    long lowestOpen = in.varint();
    long lastUsed = in.varint();
    long useIndex = in.varint();
    int usePosition = in.count();
    int count = in.count();
    if (count > ClientRecords.OPEN_MAX || count > in.left() / SEQUENCE_BYTES_MIN) {
      throw new StorageFailure(Kind.CORRUPT, "a client's record holds " + count + " sequences in " + in.left()
          + " bytes, at most " + ClientRecords.OPEN_MAX + " can be");
    }
    var record = new ClientRecord(id, forgotten, Math.max(4, count));
    var fact = new Fact();
    record.lowestOpen = lowestOpen;
    record.used(lastUsed, useIndex, usePosition);
    long sequence = 0;
    long revision = 0;
    for (int i = 0; i < count; i++) {
      long next = sequence + in.varint();
      if (i > 0 && next <= sequence) {
        throw new StorageFailure(Kind.CORRUPT, "a client's record has sequence " + next + " behind " + sequence);
      }
      sequence = next;
      long hash = in.int64();
      revision += in.zigzag();
      long changed = in.varint();
      int shows = (int) (changed & 3);
      if (shows == 3) {
        throw new StorageFailure(Kind.CORRUPT, "a client's record has an answer of kind 3 for sequence " + sequence);
      }
      record.hold(sequence, hash, revision, changed >>> 2, shows == 0 ? null : shows == SHOWN_BY_EVENT ? IN_EVENT : in.sized(), fact);
    }
    return record;
  }
}
