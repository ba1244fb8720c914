package io.cairn.simulator.swarm;

import io.cairn.client.ByteSeq;
import io.cairn.client.Compare;
import io.cairn.client.KeyRange;
import io.cairn.client.Txn;
import io.cairn.client.TxnOp;
import io.cairn.simulator.schedule.SimRandom;
import java.util.ArrayList;
import java.util.List;

/**
 * Transactions for a run: over the keys of one shard and its counter, with conditions that hold now and then. If the conditions hold it
 * puts at least one value that nobody else puts; if not it only reads. A counter is only ever added to.
 */
final class Transactions {
  private final SimRandom random;
  private final String letter;
  private final long keys;
  private final List<String> used = new ArrayList<>();

  /** @param letter that the shard's keys begin with */
  Transactions(SimRandom random, String letter, long keys) {
    this.random = random;
    this.letter = letter;
    this.keys = keys;
  }

  /** The shard's counter, behind all other keys of it. */
  static String counter(String letter) {
    return letter + "n";
  }

  private KeyRange all() {
    return KeyRange.prefix(letter);
  }

  private String anyKey() {
    return letter + random.nextLong(keys);
  }

  /** A key that nothing here writes yet; null when chance finds none. */
  private String freshKey() {
    String key = anyKey();
    if (used.contains(key)) {
      return null;
    }
    used.add(key);
    return key;
  }

  /**
   * @param values that it puts, the first one in any case when its conditions hold
   * @param told a revision that somebody has been told of
   */
  Txn draw(List<ByteSeq> values, long told) {
    List<Compare> conditions = new ArrayList<>();
    for (long count = random.nextLong(3); count > 0; count--) {
      conditions.add(condition(told));
    }
    List<TxnOp> then = new ArrayList<>();
    String first = anyKey();
    used.add(first);
    then.add(random.chance(0.5) ? TxnOp.put(ByteSeq.utf8(first), values.get(0)).withPrevious() : TxnOp.put(ByteSeq.utf8(first), values.get(0)));
    if (random.chance(0.6)) {
      then.add(TxnOp.add(counter(letter), 1));
    }
    String gone = freshKey();
    if (gone != null && random.chance(0.4)) {
      then.add(TxnOp.delete(gone).withPrevious());
    }
    String inner = freshKey();
    if (inner != null) {
      then.add(TxnOp.txn(Txn.ifAll(condition(told), Compare.value(first).notEqualTo("nothing"))
          .then(TxnOp.put(ByteSeq.utf8(inner), values.get(1)), TxnOp.get(first)).otherwise(TxnOp.count(all()))));
    }
    then.add(random.chance(0.5) ? TxnOp.range(all()) : TxnOp.range(all()).reversed().withLimit(2));
    return Txn.ifAll(conditions).then(then).otherwise(TxnOp.range(all()));
  }

  private Compare condition(long told) {
    String key = anyKey();
    return switch ((int) random.nextLong(8)) {
      case 0 -> Compare.modRevision(key).atMost(told);
      case 1 -> Compare.modRevision(all()).atMost(told);
      case 2 -> Compare.missing(key);
      case 3 -> Compare.exists(key);
      case 4 -> Compare.version(key).lessThan(1 + random.nextLong(4));
      case 5 -> Compare.count(all()).lessThan(1 + random.nextLong(keys + 1));
      case 6 -> Compare.value(counter(letter)).notEqualTo("3");
      default -> Compare.createRevision(key).greaterThan(random.nextLong(told + 1));
    };
  }
}
