package io.cairn.client.recipes;

import io.cairn.client.ByteSeq;
import io.cairn.client.RefusedCode;
import io.cairn.client.RefusedException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a barrier is, as its key says: {@code open 7 of 3}: in round 7 participants come, until there are 3; {@code full 7 of 3}: they have come, and go.
 *
 * @param number from 1 on, by 1
 */
record BarrierRound(boolean full, long number, int parties) {
  private static final Pattern TEXT = Pattern.compile("(open|full) ([0-9]{1,18}) of ([0-9]{1,9})");

  static BarrierRound first(int parties) {
    return new BarrierRound(false, 1, parties);
  }

  /** @throws RefusedException with {@link RefusedCode#BAD_REQUEST} when it is of so many others, or no round at all */
  static BarrierRound of(ByteSeq key, ByteSeq value, int parties) {
    Matcher matcher = TEXT.matcher(value.utf8());
    if (!matcher.matches()) {
      throw new RefusedException(RefusedCode.BAD_REQUEST, "What stands under " + key + " is no round of a barrier, as 'open 7 of 3' is one");
    }
    int others = Integer.parseInt(matcher.group(3));
    if (others != parties) {
      throw new RefusedException(RefusedCode.BAD_REQUEST, "This barrier is of " + others + " participants, not of " + parties + ": all who use it say the same");
    }
    return new BarrierRound(matcher.group(1).equals("full"), Long.parseLong(matcher.group(2)), parties);
  }

  BarrierRound filled() {
    return new BarrierRound(true, number, parties);
  }

  BarrierRound following() {
    return new BarrierRound(false, number + 1, parties);
  }

  ByteSeq text() {
    return ByteSeq.utf8((full ? "full " : "open ") + number + " of " + parties);
  }
}
