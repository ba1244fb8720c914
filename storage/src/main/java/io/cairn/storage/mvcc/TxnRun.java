package io.cairn.storage.mvcc;

import io.cairn.raft.Invariant;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * Works out one transaction over keys as they are, and changes nothing: what it would change is kept beside them, where its later
 * operations see it, and written by whoever asked, once it is clear that all of it can be done (SM-04). The same transaction over
 * the same keys at the same revision always comes to the same, so a long answer need not be kept: it is worked out again.
 */
final class TxnRun {

  /**
   * What is to become of one key.
   *
   * @param version null for a delete
   */
  record Change(byte[] key, Version version) {}

  private final class Staged extends LayeredKeys<Change> {
    private final TreeMap<byte[], Change> staged = new TreeMap<>(Arrays::compareUnsigned);

    Staged(Keys below) {
      super(below);
    }

    @Override
    Change over(byte[] key) {
      return staged.get(key);
    }

    @Override
    NavigableMap<byte[], Change> over(byte[] start, byte[] end) {
      return end == null ? staged.tailMap(start, true) : staged.subMap(start, true, end, false);
    }

    @Override
    byte[] key(byte[] kept) {
      return kept;
    }

    @Override
    Version version(byte[] key, Change change) {
      return change.version();
    }

    void add(Change change) {
      Invariant.check(staged.put(change.key(), change) == null, "a transaction writes a key once");
      changes.add(change);
    }
  }

  private final Staged keys;
  private final long revision;
  private final TxnBounds bounds;
  private final LeaseRule leases;
  /** Keys that it puts under each lease. */
  private final TreeMap<Long, Integer> leased = new TreeMap<>();
  private final List<Change> changes = new ArrayList<>();
  private long answerBytes;
  private long keysSeen;

  /** Under which leases keys can be put. */
  interface LeaseRule {
    /** It was done once, so it could be. */
    LeaseRule DONE_BEFORE = (_, _) -> null;

    /**
     * Why none can be put under it now; null when one can.
     *
     * @param more keys that the transaction puts under it before
     */
    WriteResult.Refused refusal(long lease, int more);
  }

  /** @param revision what the transaction takes if it changes a key */
  TxnRun(Keys below, long revision, TxnBounds bounds, LeaseRule leases) {
    this.leases = leases;
    this.keys = new Staged(below);
    this.revision = revision;
    this.bounds = bounds;
  }

  /** In the order in which they were made, each of another key. */
  List<Change> changes() {
    return changes;
  }

  /** @throws TxnRefusal when it cannot be done */
  OpAnswer run(Op op) {
    answerBytes(TxnBounds.ANSWER_OVERHEAD);
    return switch (op) {
      case Op.Put put -> put(put);
      case Op.Delete delete -> delete(delete);
      case Op.DeleteRange range -> deleteRange(range);
      case Op.Add add -> add(add);
      case Op.Range range -> range(range);
      case Op.Txn txn -> txn(txn);
      case Op.LeaseGrant _, Op.LeaseRevoke _, Op.LeaseDelete _ -> throw new IllegalStateException("is no part of a transaction: " + op);
    };
  }

  private OpAnswer.Txn txn(Op.Txn txn) {
    boolean holds = true;
    for (Comparison comparison : txn.comparisons()) {
      holds = holds && holds(comparison);
    }
    var answers = new ArrayList<OpAnswer>();
    for (Op op : holds ? txn.then() : txn.otherwise()) {
      answers.add(run(op));
    }
    return new OpAnswer.Txn(holds, answers);
  }

  private boolean holds(Comparison comparison) {
    if (comparison.end() == null) {
      seen();
      return comparison.holdsOf(keys.get(comparison.start()));
    }
    if (comparison.target() == Comparison.Target.EXISTS) {
      return comparison.holds(count(comparison, true));
    }
    if (comparison.target() == Comparison.Target.COUNT) {
      return comparison.holds(count(comparison, false));
    }
    boolean[] every = {true};
    keys.each(comparison.start(), comparison.end(), false, version -> {
      seen();
      every[0] = comparison.holdsOf(version);
      return every[0];
    });
    return every[0];
  }

  private long count(Comparison comparison, boolean oneIsEnough) {
    long[] count = {0};
    keys.each(comparison.start(), comparison.end(), false, _ -> {
      seen();
      count[0]++;
      return !oneIsEnough;
    });
    return count[0];
  }

  /** Only a put that is done asks for its lease: that of a branch not taken may be gone. */
  private OpAnswer put(Op.Put put) {
    Version before = keys.get(put.key());
    if (put.lease() != 0) {
      int joins = before != null && before.lease() == put.lease() ? 0 : 1;
      WriteResult.Refused refused = leases.refusal(put.lease(), leased.getOrDefault(put.lease(), 0) + joins - 1);
      if (refused != null) {
        throw new TxnRefusal(refused);
      }
      leased.merge(put.lease(), joins, Integer::sum);
    }
    stage(put.key(), put.value(), put.lease(), before);
    return new OpAnswer.Replaced(put.previous() && before != null ? answered(before) : null);
  }

  private OpAnswer delete(Op.Delete delete) {
    Version before = keys.get(delete.key());
    if (before == null) {
      return new OpAnswer.Deleted(0, List.of());
    }
    keys.add(new Change(delete.key(), null));
    return new OpAnswer.Deleted(1, delete.previous() ? List.of(answered(before)) : List.of());
  }

  private OpAnswer deleteRange(Op.DeleteRange range) {
    var found = new ArrayList<byte[]>();
    var previous = new ArrayList<Version>();
    keys.each(range.start(), range.end(), false, version -> {
      seen();
      found.add(version.key());
      if (range.previous()) {
        previous.add(answered(version));
      }
      return true;
    });
    for (byte[] key : found) {
      keys.add(new Change(key, null));
    }
    return new OpAnswer.Deleted(found.size(), previous);
  }

  private OpAnswer add(Op.Add add) {
    Version before = keys.get(add.key());
    long sum;
    try {
      sum = Math.addExact(before == null ? 0 : number(before.value()), add.delta());
    } catch (ArithmeticException e) {
      throw new TxnRefusal(WriteResult.Reason.NOT_A_NUMBER, "the sum does not fit into 64 bits: adding " + add.delta() + " to "
          + number(before.value()));
    }
    stage(add.key(), Long.toString(sum).getBytes(StandardCharsets.US_ASCII), before == null ? 0 : before.lease(), before);
    return new OpAnswer.Sum(sum);
  }

  /** A value as text in decimal, with a sign or without. */
  private static long number(byte[] value) {
    try {
      return Long.parseLong(new String(value, StandardCharsets.ISO_8859_1));
    } catch (NumberFormatException e) {
      throw new TxnRefusal(WriteResult.Reason.NOT_A_NUMBER, "the value is not a whole number of 64 bits in decimal text, so nothing can be "
          + "added to it; it has " + value.length + " bytes");
    }
  }

  private OpAnswer range(Op.Range range) {
    var versions = new ArrayList<Version>();
    long[] count = {0};
    boolean[] more = {false};
    keys.each(range.start(), range.end(), range.reverse(), version -> {
      if (range.limit() > 0 && count[0] == range.limit()) {
        more[0] = true;
        return false;
      }
      seen();
      count[0]++;
      if (!range.countOnly()) {
        versions.add(answered(range.keysOnly() ? withoutValue(version) : version));
      }
      return true;
    });
    return new OpAnswer.Read(versions, count[0], more[0]);
  }

  private static Version withoutValue(Version version) {
    return new Version(version.key(), new byte[0], version.create(), version.mod(), version.version(), version.lease());
  }

  private void stage(byte[] key, byte[] value, long lease, Version before) {
    keys.add(new Change(key, before == null ? new Version(key, value, revision, revision, 1, lease)
        : new Version(key, value, before.create(), revision, before.version() + 1, lease)));
  }

  private void seen() {
    keysSeen++;
    if (keysSeen > bounds.keys()) {
      throw new TxnRefusal(WriteResult.Reason.TXN_TOO_LARGE, "the transaction's comparisons and ranges come upon more than "
          + bounds.keys() + " keys, the most that one may (limits.txn-keys)");
    }
  }

  private Version answered(Version version) {
    answerBytes(version.key().length + (long) version.value().length + TxnBounds.VERSION_OVERHEAD);
    return version;
  }

  private void answerBytes(long more) {
    answerBytes += more;
    if (answerBytes > bounds.answerBytes()) {
      throw new TxnRefusal(WriteResult.Reason.TXN_TOO_LARGE, "the transaction's answer has more than " + bounds.answerBytes()
          + " bytes, the most that one may (limits.batch-bytes, or one largest put); ask for less");
    }
  }
}
