package io.cairn.server.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Which keys stay together, whatever the point at which one would split. */
class HashTagProperties {

  @Provide
  Arbitrary<byte[]> keys() {
    return Arbitraries.strings().withChars("{}ab").ofMaxLength(8).map(text -> text.getBytes(StandardCharsets.UTF_8));
  }

  /** The rule as it is written down, read off the text itself. */
  private static String tag(byte[] key) {
    var matcher = java.util.regex.Pattern.compile("^[^{]*\\{[^}]*}", java.util.regex.Pattern.DOTALL).matcher(new String(key, StandardCharsets.UTF_8));
    return matcher.find() ? matcher.group() : null;
  }

  @Property(tries = 2_000)
  void noPointSeparatesTwoKeysOfOneTag(@ForAll("keys") byte[] one, @ForAll("keys") byte[] other, @ForAll("keys") byte[] point) {
    byte[] border = HashTag.cutBack(point);
    if (tag(one) != null && tag(one).equals(tag(other))) {
      assertThat(Arrays.compareUnsigned(one, border) < 0).isEqualTo(Arrays.compareUnsigned(other, border) < 0);
    }
  }

  @Property(tries = 1_000)
  void keysOfOneTagButForWhatComesBehindItStayOnOneSideOfAnyPointBetweenThem(@ForAll("keys") byte[] tagged, @ForAll("keys") byte[] point) {
    if (tag(tagged) == null) {
      return;
    }
    byte[] first = tag(tagged).getBytes(StandardCharsets.UTF_8);
    byte[] inside = Arrays.copyOf(first, first.length + point.length);
    System.arraycopy(point, 0, inside, first.length, point.length);
    assertThat(HashTag.cutBack(inside)).isEqualTo(first);
  }

  @Property(tries = 1_000)
  void aPointIsCutNoFurtherThanItMustAndOnlyOnce(@ForAll("keys") byte[] point) {
    byte[] border = HashTag.cutBack(point);
    assertThat(HashTag.cutBack(border)).isEqualTo(border);
    assertThat(Arrays.mismatch(border, 0, border.length, point, 0, border.length)).as("a beginning of the point").isEqualTo(-1);
    assertThat(border.length).isEqualTo(tag(point) == null ? point.length : tag(point).length());
  }

  @Example
  void bytesThatAreNoTextAreKeysLikeAnyOther() {
    assertThat(HashTag.length(new byte[] {(byte) 0xff, '{', (byte) 0x80, '}', 1})).isEqualTo(4);
    assertThat(HashTag.length(new byte[] {'}', '{'})).isZero();
    assertThat(HashTag.length("{}x".getBytes(StandardCharsets.UTF_8))).isEqualTo(2);
  }
}
