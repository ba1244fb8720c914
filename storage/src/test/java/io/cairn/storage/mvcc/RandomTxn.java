package io.cairn.storage.mvcc;

import static io.cairn.storage.mvcc.StoreScript.bytes;
import static io.cairn.storage.mvcc.StoreScript.randomKey;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;

/** Transactions of all shapes over few keys, none of which writes a key twice. Test scope. */
final class RandomTxn {
  private static final Comparison.Target[] TARGETS = Comparison.Target.values();
  private static final Comparison.Relation[] RELATIONS = Comparison.Relation.values();

  private final Random random;
  private final TreeSet<byte[]> written = new TreeSet<>(Arrays::compareUnsigned);
  private final List<Op.DeleteRange> cleared = new ArrayList<>();

  private RandomTxn(Random random) {
    this.random = random;
  }

  static Op.Txn of(Random random) {
    return new RandomTxn(random).txn(0);
  }

  private Op.Txn txn(int depth) {
    var comparisons = new ArrayList<Comparison>();
    for (int count = random.nextInt(3); count > 0; count--) {
      comparisons.add(comparison());
    }
    return new Op.Txn(comparisons, ops(depth), ops(depth));
  }

  private List<Op> ops(int depth) {
    var ops = new ArrayList<Op>();
    for (int count = random.nextInt(4); count > 0; count--) {
      Op op = op(depth);
      if (op != null) {
        ops.add(op);
      }
    }
    return ops;
  }

  private Op op(int depth) {
    byte[] key = bytes(randomKey(random));
    return switch (random.nextInt(depth < 2 ? 9 : 8)) {
      case 0 -> new Op.Range(start(), end(), random.nextInt(3), random.nextBoolean(), random.nextBoolean(), random.nextBoolean());
      case 1 -> {
        var range = new Op.DeleteRange(key, end(), random.nextBoolean());
        cleared.add(range);
        yield written.stream().noneMatch(each -> within(range, each)) ? range : null;
      }
      case 2 -> mayWrite(key) ? new Op.Add(key, random.nextInt(20) - 10) : null;
      case 3, 4 -> mayWrite(key) ? new Op.Delete(key, random.nextBoolean()) : null;
      case 5, 6, 7 -> mayWrite(key) ? new Op.Put(key, value(), random.nextInt(3), random.nextBoolean()) : null;
      default -> txn(depth + 1);
    };
  }

  private byte[] value() {
    return bytes(random.nextInt(3) == 0 ? "v".repeat(random.nextInt(random.nextInt(8) == 0 ? 400 : 20)) : "" + random.nextInt(100));
  }

  private boolean mayWrite(byte[] key) {
    return cleared.stream().noneMatch(range -> within(range, key)) && written.add(key);
  }

  private static boolean within(Op.DeleteRange range, byte[] key) {
    return Arrays.compareUnsigned(range.start(), key) <= 0 && (range.end() == null || Arrays.compareUnsigned(key, range.end()) < 0);
  }

  private byte[] start() {
    return random.nextInt(3) == 0 ? new byte[0] : bytes(randomKey(random));
  }

  private byte[] end() {
    return random.nextInt(3) == 0 ? null : bytes(randomKey(random));
  }

  private Comparison comparison() {
    boolean single = random.nextBoolean();
    byte[] start = bytes(randomKey(random));
    byte[] end = single ? null : KeyBounds.prefixEnd(bytes("c"));
    Comparison.Target target = TARGETS[random.nextInt(TARGETS.length)];
    Comparison.Relation relation = RELATIONS[random.nextInt(RELATIONS.length)];
    return new Comparison(target, relation, start, end, random.nextInt(4), target == Comparison.Target.VALUE ? value() : null);
  }
}
