package io.cairn.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class ByteSeqTest {

  private static ByteSeq of(int... bytes) {
    byte[] array = new byte[bytes.length];
    for (int i = 0; i < bytes.length; i++) {
      array[i] = (byte) bytes[i];
    }
    return ByteSeq.of(array);
  }

  @Test
  void laterChangesOfAnArrayDoNotShow() {
    byte[] array = {1, 2};
    ByteSeq in = ByteSeq.of(array);
    ByteSeq buffered = ByteSeq.of(ByteBuffer.wrap(array));
    array[0] = 9;
    in.toByteArray()[1] = 9;
    assertThat(in).isEqualTo(of(1, 2)).isEqualTo(buffered);
  }

  @Test
  void orderIsUnsignedAndAPrefixComesFirst() {
    assertThat(of(0x7f)).isLessThan(of(0x80));
    assertThat(of(1)).isLessThan(of(1, 0));
    assertThat(of(1).successor()).isEqualTo(of(1, 0));
  }

  @Test
  void aPrefixEndsBehindEveryKeyThatBeginsWithIt() {
    assertThat(of(1, 0xff).prefixEnd()).contains(of(2));
    assertThat(of(0xff, 0xff).prefixEnd()).isEmpty();
    assertThat(KeyRange.prefix("")).isEqualTo(KeyRange.all());
    assertThat(KeyRange.prefix("a").contains(of('a', 0xff, 0xff))).isTrue();
    assertThat(KeyRange.prefix("a").contains(of('b'))).isFalse();
  }

  @Test
  void behindAKeyOfTheLongestLengthTheRangeGoesOnWithABoundThatServersTake() {
    ByteSeq longest = ByteSeq.utf8("k".repeat(4_096));
    assertThat(KeyRange.firstAfter(longest).size()).isLessThanOrEqualTo(4_096);
    assertThat(KeyRange.single(longest).contains(longest)).isTrue();
    assertThat(KeyRange.firstAfter(ByteSeq.utf8("k"))).isEqualTo(of('k', 0));
  }

  @Test
  void textIsShownAsTextAndOtherBytesInHexadecimal() {
    assertThat(ByteSeq.utf8("grün")).hasToString("grün");
    assertThat(of(0xc3, 0x28)).hasToString("0xc328");
    assertThat(ByteSeq.utf8("x".repeat(100)).toString()).endsWith("(100 bytes)");
  }
}
