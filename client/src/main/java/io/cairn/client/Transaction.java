package io.cairn.client;

import java.util.List;
import java.util.Optional;

/**
 * What {@link KvClient#transact} gives to its body: reads that are all as of one revision, and writes that nobody sees before the body
 * has returned. A read shows what was written here before it.
 *
 * <p>For the thread that runs the body, and until it returns.
 */
public interface Transaction {

  Optional<KeyValue> get(ByteSeq key);

  default Optional<KeyValue> get(String key) {
    return get(ByteSeq.utf8(key));
  }

  /**
   * Every key of the range. That none comes, goes or changes is then a condition of what is written, too.
   *
   * @return in the order of keys; what was written here has mod revision 0, for it has none yet
   */
  List<KeyValue> range(KeyRange range);

  void put(ByteSeq key, ByteSeq value);

  default void put(String key, String value) {
    put(ByteSeq.utf8(key), ByteSeq.utf8(value));
  }

  void delete(ByteSeq key);

  default void delete(String key) {
    delete(ByteSeq.utf8(key));
  }
}
