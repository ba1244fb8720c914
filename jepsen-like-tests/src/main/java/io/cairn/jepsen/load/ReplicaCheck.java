package io.cairn.jepsen.load;

import io.cairn.client.ByteSeq;
import io.cairn.client.KeyValue;
import io.cairn.jepsen.load.LoadReport.Outcome;
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

/** Holds what a load said of its lines against what each replica holds at one revision. */
final class ReplicaCheck {
  /** Violations told one by one. */
  private static final int TOLD_MAX = 20;

  private final RecordFile file;
  private final LoadReport report;
  private final long before;
  private final Map<ByteSeq, List<Integer>> linesOf = new HashMap<>();
  private final List<String> violations = new ArrayList<>();
  private int more;

  /** @param before the cluster's revision before the load */
  ReplicaCheck(RecordFile file, LoadReport report, long before) {
    this.file = file;
    this.report = report;
    this.before = before;
    Set<Long> revisions = new HashSet<>();
    for (int line = 0; line < file.lines(); line++) {
      linesOf.computeIfAbsent(file.key(line), key -> new ArrayList<>(1)).add(line);
      if (report.outcome(line) == Outcome.WRITTEN && (report.revision(line) <= before || !revisions.add(report.revision(line)))) {
        violated("line " + (line + 1) + " was written at revision " + report.revision(line) + ", which is old or another line's");
      }
    }
  }

  /**
   * Judges all that one node's replicas hold; returns a hash of every key, value and their revisions.
   *
   * @param held at a revision not below any of the report's
   */
  String check(String node, Iterable<KeyValue> held) {
    MessageDigest digest = sha256();
    Set<ByteSeq> missing = new HashSet<>(linesOf.keySet());
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
    for (int line : linesOf.get(kv.key())) {
      if (report.outcome(line) == Outcome.WRITTEN) {
        written++;
        newest = Math.max(newest, report.revision(line));
        explained |= report.revision(line) == kv.modRevision() && file.value(line).equals(kv.value());
      }
    }
    for (int line : linesOf.get(kv.key())) {
      if (report.outcome(line) == Outcome.UNKNOWN) {
        unknown++;
        explained |= kv.modRevision() > newest && kv.modRevision() > before && file.value(line).equals(kv.value());
      }
    }
    boolean old = kv.modRevision() <= before;
    if (kv.modRevision() < newest) {
      violated(node + ": " + kv.key() + " was written at revision " + newest + " and stands at " + kv.modRevision());
    } else if (!explained && !old) {
      violated(node + ": " + kv.key() + " stands at revision " + kv.modRevision() + " with a value that no line is said to have written");
    } else if (kv.createRevision() > before && (kv.version() < written || kv.version() > written + unknown)) {
      violated(node + ": " + kv.key() + " took " + kv.version() + " writes, by the report " + written + " and perhaps " + unknown + " more");
    }
  }

  private void checkMissing(String node, ByteSeq key) {
    for (int line : linesOf.get(key)) {
      if (report.outcome(line) == Outcome.WRITTEN) {
        violated(node + ": " + key + " of line " + (line + 1) + ", written at revision " + report.revision(line) + ", is not there");
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
