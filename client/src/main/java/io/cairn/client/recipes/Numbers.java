package io.cairn.client.recipes;

import io.cairn.client.ByteSeq;
import io.cairn.client.KeyValue;
import io.cairn.client.RefusedCode;
import io.cairn.client.RefusedException;
import java.util.Optional;

/** Numbers as they stand in the store: in decimal text, as the server's add has them; a key that is not there is 0. */
final class Numbers {

  private Numbers() {}

  static ByteSeq text(long number) {
    return ByteSeq.utf8(Long.toString(number));
  }

  /** @throws RefusedException with {@link RefusedCode#NOT_A_NUMBER} */
  static long of(ByteSeq key, Optional<KeyValue> found) {
    return found.isEmpty() ? 0 : of(key, found.get().value());
  }

  static long of(ByteSeq key, ByteSeq value) {
    try {
      return Long.parseLong(value.utf8());
    } catch (NumberFormatException e) {
      throw new RefusedException(RefusedCode.NOT_A_NUMBER, "What stands under " + key + " is no whole number of 64 bits in decimal text");
    }
  }
}
