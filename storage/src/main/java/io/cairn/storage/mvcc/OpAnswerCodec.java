package io.cairn.storage.mvcc;

import io.cairn.storage.OnDiskFormat;
import io.cairn.storage.StorageFailure;
import io.cairn.storage.StorageFailure.Kind;
import io.cairn.storage.bytes.BytesIn;
import io.cairn.storage.bytes.BytesOut;
import java.util.ArrayList;
import java.util.List;

/**
 * A transaction's answer as it lies in its client's record.
 *
 * <pre>
 *  format   1 byte
 *  answer:  kind 1 byte, then
 *    0  replaced   nothing was, or it was not asked for
 *    1  replaced   a version
 *    2  deleted    count, number of versions, versions
 *    3  read       count, more (0 or 1), number of versions, versions
 *    4  sum        zigzag
 *    5  txn        succeeded (0 or 1), number of answers, answers
 *  version: key with its length, value with its length, create, mod, version, lease
 * </pre>
 *
 * Numbers are varints where nothing else is said.
 */
final class OpAnswerCodec {
  private static final int NOTHING = 0;
  private static final int REPLACED = 1;
  private static final int DELETED = 2;
  private static final int READ = 3;
  private static final int SUM = 4;
  private static final int TXN = 5;
  /** Far more than any request may have, far less than a stack holds: deeper ones are damage. */
  private static final int DEPTH_MAX = 64;

  private OpAnswerCodec() {}

  static byte[] encode(OpAnswer answer) {
    var out = new BytesOut(256).int8(OnDiskFormat.ANSWER);
    encode(out, answer);
    return out.toArray();
  }

  private static void encode(BytesOut out, OpAnswer answer) {
    switch (answer) {
      case OpAnswer.Replaced(Version previous) when previous == null -> out.int8(NOTHING);
      case OpAnswer.Replaced(Version previous) -> version(out.int8(REPLACED), previous);
      case OpAnswer.Deleted deleted -> versions(out.int8(DELETED).varint(deleted.count()), deleted.previous());
      case OpAnswer.Read read -> versions(out.int8(READ).varint(read.count()).int8(read.more() ? 1 : 0), read.versions());
      case OpAnswer.Sum(long value) -> out.int8(SUM).zigzag(value);
      case OpAnswer.Txn txn -> {
        out.int8(TXN).int8(txn.succeeded() ? 1 : 0).varint(txn.answers().size());
        txn.answers().forEach(each -> encode(out, each));
      }
    }
  }

  private static void versions(BytesOut out, List<Version> versions) {
    out.varint(versions.size());
    versions.forEach(each -> version(out, each));
  }

  private static void version(BytesOut out, Version version) {
    out.sized(version.key()).sized(version.value()).varint(version.create()).varint(version.mod()).varint(version.version())
        .varint(version.lease());
  }

  static OpAnswer decode(byte[] bytes) {
    var in = new BytesIn(bytes);
    int format = in.int8();
    if (format != OnDiskFormat.ANSWER) {
      throw new StorageFailure(Kind.NEWER_FORMAT, "an answer has format " + format + ", this version reads " + OnDiskFormat.ANSWER);
    }
    return answer(in, 1);
  }

  /** @param depth how many answers it lies in, itself included */
  private static OpAnswer answer(BytesIn in, int depth) {
    int kind = in.int8();
    if (depth > DEPTH_MAX) {
      throw new StorageFailure(Kind.CORRUPT, "answers of transactions lie more than " + DEPTH_MAX + " deep in each other");
    }
    return switch (kind) {
      case NOTHING -> new OpAnswer.Replaced(null);
      case REPLACED -> new OpAnswer.Replaced(version(in));
      case DELETED -> new OpAnswer.Deleted(in.varint(), versions(in));
      case READ -> {
        long count = in.varint();
        boolean more = in.int8() == 1;
        yield new OpAnswer.Read(versions(in), count, more);
      }
      case SUM -> new OpAnswer.Sum(in.zigzag());
      case TXN -> {
        boolean succeeded = in.int8() == 1;
        var answers = new ArrayList<OpAnswer>();
        for (int left = in.count(); left > 0; left--) {
          answers.add(answer(in, depth + 1));
        }
        yield new OpAnswer.Txn(succeeded, answers);
      }
      default -> throw new StorageFailure(Kind.CORRUPT, "an answer of kind " + kind);
    };
  }

  private static List<Version> versions(BytesIn in) {
    var versions = new ArrayList<Version>();
    for (int left = in.count(); left > 0; left--) {
      versions.add(version(in));
    }
    return versions;
  }

  private static Version version(BytesIn in) {
    return new Version(in.sized(), in.sized(), in.varint(), in.varint(), in.varint(), in.varint());
  }
}
