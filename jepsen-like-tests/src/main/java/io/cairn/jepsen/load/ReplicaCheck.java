package io.cairn.jepsen.load;

import io.cairn.client.ByteSeq;
import io.cairn.client.KeyValue;
import io.cairn.jepsen.load.Writes.Outcome;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Holds what was said of writes against what each replica holds at one revision: no acknowledged write is missing, also not one that was
 * overwritten since (the key's version counts them), nothing is there that nobody wrote or that was refused. A key's writes must not overlap
 * in time unless each of them was acknowledged. Used by one thread.
 */
final class ReplicaCheck {
  /** Violations told one by one. */
  private static final int TOLD_MAX = 20;

  private final Writes writes;
  private final long before;
  private final Map<ByteSeq, List<Integer>> writesOf = new HashMap<>();
  private final List<String> violations = new ArrayList<>();
  private int more;

  /** @param before the cluster's revision before the writes */
  ReplicaCheck(Writes writes, long before) {
    this.writes = writes;
    this.before = before;
    Set<Long> revisions = new HashSet<>();
    for (int i = 0; i < writes.count(); i++) {
      writesOf.computeIfAbsent(writes.key(i), key -> new ArrayList<>(1)).add(i);
      if (writes.outcome(i) == Outcome.WRITTEN && (writes.revision(i) <= before || !revisions.add(writes.revision(i)))) {
        violated(writes.name(i) + " was written at revision " + writes.revision(i) + ", which is old or another's");
      }
    }
  }

  /**
   * Judges all that one node's replicas hold; returns a hash of every key, value and their revisions.
   *
   * @param held at a revision not below any of the writes'
   */
  String check(String node, Iterable<KeyValue> held) {
    MessageDigest digest = sha256();
    Set<ByteSeq> missing = new HashSet<>(writesOf.keySet());
    for (KeyValue kv : held) {
      add(digest, kv);
      if (missing.remove(kv.key())) {
        checkFound(node, kv);
      }
    }
    missing.forEach(key -> checkMissing(node, key));
    return HexFormat.of().formatHex(digest.digest());
  }

  private void checkFound(String node, KeyValue kv) {
    int written = 0;
    int unknown = 0;
    long newest = 0;
    boolean explained = false;
    for (int write : writesOf.get(kv.key())) {
      if (writes.outcome(write) == Outcome.WRITTEN) {
        written++;
        newest = Math.max(newest, writes.revision(write));
        explained |= writes.revision(write) == kv.modRevision() && writes.value(write).equals(kv.value());
      }
    }
    for (int write : writesOf.get(kv.key())) {
      if (writes.outcome(write) == Outcome.UNKNOWN) {
        unknown++;
        explained |= kv.modRevision() > newest && kv.modRevision() > before && writes.value(write).equals(kv.value());
      }
    }
    boolean old = kv.modRevision() <= before;
    if (kv.modRevision() < newest) {
      violated(node + ": " + kv.key() + " was written at revision " + newest + " and stands at " + kv.modRevision());
    } else if (!explained && !old) {
      violated(node + ": " + kv.key() + " stands at revision " + kv.modRevision() + " with a value that nobody is said to have written");
    } else if (kv.createRevision() > before && (kv.version() < written || kv.version() > written + unknown)) {
      violated(node + ": " + kv.key() + " took " + kv.version() + " writes, by what was said " + written + " and perhaps " + unknown + " more");
    }
  }

  private void checkMissing(String node, ByteSeq key) {
    for (int write : writesOf.get(key)) {
      if (writes.outcome(write) == Outcome.WRITTEN) {
        violated(node + ": " + key + " of " + writes.name(write) + ", written at revision " + writes.revision(write) + ", is not there");
        return;
      }
    }
  }

  private void violated(String what) {
    if (violations.size() < TOLD_MAX) {
      violations.add(what);
    } else {
      more++;
    }
  }

  /** What must not be, empty when all is well. */
  List<String> violations() {
    List<String> all = new ArrayList<>(violations);
    if (more > 0) {
      all.add("and " + more + " more");
    }
    return all;
  }

  private static void add(MessageDigest digest, KeyValue kv) {
    ByteBuffer numbers = ByteBuffer.allocate(2 * Integer.BYTES + 3 * Long.BYTES).putInt(kv.key().size()).putInt(kv.value().size())
        .putLong(kv.createRevision()).putLong(kv.modRevision()).putLong(kv.version());
    digest.update(numbers.array());
    digest.update(kv.key().toByteArray());
    digest.update(kv.value().toByteArray());
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
