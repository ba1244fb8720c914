package io.cairn.server.space;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is shown of real stores is looked at in {@code FullDiskTest} of the simulator. */
class LargestPrefixesTest {

  @ParameterizedTest
  @CsvSource({"/orders/17/state,/orders/", "orders/17,orders/", "{o17}/items,{o17}", "a/{b}/c,a/{b}", "/,/", "user00017,user", "abc,abc", "/orders,/ord"})
  void aPrefixIsTheTagOrTheFirstPartOfThePath(String key, String prefix) {
    assertThat(key.substring(0, LargestPrefixes.prefixLength(key.getBytes(StandardCharsets.UTF_8)))).isEqualTo(prefix);
  }

  @Test
  void behindAllThatBeginLikeThatComesTheNextOne() {
    assertThat(LargestPrefixes.behind(new byte[] {1, 'a'})).containsExactly(1, 'b');
    assertThat(LargestPrefixes.behind(new byte[] {1, -1, -1})).containsExactly(2);
  }

  @ParameterizedTest
  @CsvSource({"0,0 B", "1023,1023 B", "1024,1.0 KiB", "201326592,192.0 MiB", "1610612736,1.5 GiB", "2199023255552,2.0 TiB"})
  void sizesAreForPeople(long bytes, String text) {
    assertThat(SpaceText.of(bytes)).isEqualTo(text);
  }
}
