package io.cairn.server.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.LongRange;

class ConfigProperties {

  @Property
  void aSizeReadsBackAsItWasPrinted(@ForAll @LongRange(min = 0) long bytes) {
    assertThat(Quantity.BYTES.parse(Quantity.BYTES.print(bytes))).isEqualTo(bytes);
  }

  @Property
  void aDurationReadsBackAsItWasPrinted(@ForAll @LongRange(min = 0) long nanos) {
    assertThat(Quantity.DURATION.parse(Quantity.DURATION.print(nanos))).isEqualTo(nanos);
  }

  /** Bad input ends in a list of mistakes, each a single line, and in nothing else. */
  @Property(tries = 500)
  void noTextMakesTheLoaderThrowAnythingButMistakes(@ForAll("almostYaml") String text) {
    try {
      ConfigLoader.load("fuzz.yaml", text, Map.of(), List.of());
    } catch (ConfigException e) {
      assertThat(e.mistakes()).isNotEmpty().allSatisfy(mistake -> assertThat(mistake.toString().lines()).hasSize(1));
    }
  }

  @Property(tries = 200)
  void theNearestKeyToAKeyWithOneLetterLostIsThatKey(@ForAll("keyNames") String name, @ForAll @LongRange(min = 0, max = 999) long at) {
    int lost = (int) (at % name.length());
    String damaged = name.substring(0, lost) + name.substring(lost + 1);

    assertThat(NearestKey.distance(damaged, name)).isEqualTo(1);
    assertThat(NearestKey.distance(damaged, NearestKey.to(damaged, ConfigKeys.ALL))).isLessThanOrEqualTo(1);
  }

  @Provide
  Arbitrary<String> keyNames() {
    return Arbitraries.of(ConfigKeys.ALL.stream().map(ConfigKey::name).toList());
  }

  @Provide
  Arbitrary<String> almostYaml() {
    Arbitrary<String> keys = Arbitraries.oneOf(keyNames(), Arbitraries.strings().ascii().ofMaxLength(8));
    Arbitrary<String> values = Arbitraries.oneOf(
        Arbitraries.of("[a, b]", "{a: b}", "[[x], {y: [z]}]", "64MiB", "500ms", "-1", "", "~", "!!binary x", "&a b", "*a",
            "|\n  x\n", "\"\\ud800\""),
        Arbitraries.strings().ofMaxLength(12));
    Arbitrary<String> lines = net.jqwik.api.Combinators.combine(keys, Arbitraries.of(": ", ":", " "), values)
        .as((key, colon, value) -> key + colon + value + "\n");
    return lines.list().ofMaxSize(6).map(all -> String.join("", all));
  }
}
