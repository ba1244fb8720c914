package io.cairn.client.services;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.client.ByteSeq;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EntryTextTest {
  private static final ServiceInstance INSTANCE = new ServiceInstance("o-1", "10.0.0.7", 8080, 50, "v2", "eu-1", Set.of("fast", "blue"),
      Map.of("rack", "r1", "note", "a \"b\"\n\\c \u00e4"));
  /** As docs/services.md shows it. */
  private static final String TEXT = "{\"v\":1,\"host\":\"10.0.0.7\",\"port\":8080,\"weight\":50,\"version\":\"v2\",\"zone\":\"eu-1\","
      + "\"tags\":[\"blue\",\"fast\"],\"metadata\":{\"note\":\"a \\\"b\\\"\\u000a\\\\c \u00e4\",\"rack\":\"r1\"},"
      + "\"lifecycle\":\"draining\",\"health\":\"failing\",\"generation\":3}";

  private static ServiceEntry read(String text) {
    return EntryText.read("o-1", ByteSeq.utf8(text));
  }

  @Test
  void anEntryIsTheseBytes() {
    var entry = new ServiceEntry(INSTANCE, Lifecycle.DRAINING, ServiceHealth.FAILING, 3);
    assertThat(EntryText.write(entry).utf8()).isEqualTo(TEXT);
    assertThat(read(TEXT)).isEqualTo(entry);
  }

  @Test
  @DisplayName("unknown members are passed over, what is left out is as usual: entries of others and of later clients can be read")
  void unknownMembersArePassedOver() {
    ServiceEntry entry = read(" { \"v\" : 1 , \"host\" : \"h\", \"port\": 1, \"later\" : {\"a\":[1.5e3,null,true,\"\\uD83D\\uDE00\"]} } ");
    assertThat(entry).isEqualTo(new ServiceEntry(ServiceInstance.of("o-1", "h", 1), Lifecycle.UP, ServiceHealth.PASSING, 1));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "{", "[]", "{}", "null", "garbage", "{\"v\":1}", "{\"v\":2,\"host\":\"h\",\"port\":1}",
      "{\"v\":1,\"host\":\"h\",\"port\":0}", "{\"v\":1,\"host\":\"h\",\"port\":99999999999}", "{\"v\":1,\"host\":\"\",\"port\":1}",
      "{\"v\":1,\"host\":\"h\",\"port\":1} x", "{\"v\":1,\"host\":\"h\",\"port\":1,\"port\":2}", "{\"v\":1,\"host\":\"h\",\"port\":\"1\"}",
      "{\"v\":1,\"host\":\"h\",\"port\":1,\"lifecycle\":\"gone\"}", "{\"v\":1,\"host\":\"h\",\"port\":1,\"tags\":[1]}",
      "{\"v\":1,\"host\":\"h\",\"port\":1,\"metadata\":[]}", "{\"v\":1,\"host\":\"h\",\"port\":1,\"weight\":-1}",
      "{\"v\":1,\"host\":\"h\nh\",\"port\":1}", "{\"v\":1,\"host\":\"\\x\",\"port\":1}", "{\"v\":01,\"host\":\"h\",\"port\":1}",
      "{\"v\":1,\"host\":\"h\",\"port\":1,\"generation\":0}"})
  void whatIsNoEntryIsRefused(String text) {
    assertThatThrownBy(() -> read(text)).isInstanceOfAny(IllegalArgumentException.class, ArithmeticException.class);
  }

  @Test
  void nestingAndBytesThatAreNoTextAreRefused() {
    assertThatThrownBy(() -> read("[".repeat(100_000))).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> EntryText.read("o-1", ByteSeq.of(new byte[] {(byte) 0xff}))).hasMessageContaining("UTF-8");
  }

  @Test
  void namesAndAddressesSayWhatWouldBeRight() {
    assertThat(ServiceKeys.key("orders", "o-1").utf8()).isEqualTo("services/{orders}/o-1");
    assertThat(ServiceKeys.id(ByteSeq.utf8("services/{orders}/o-1"))).contains("o-1");
    assertThat(ServiceKeys.id(ByteSeq.utf8("services/{orders}/a/b"))).isEmpty();
    assertThat(ServiceKeys.service(ByteSeq.utf8("services/{orders}/"))).contains("orders");
    assertThat(ServiceKeys.service(ByteSeq.utf8("services/orders/"))).isEmpty();
    assertThatThrownBy(() -> ServiceKeys.key("a/b", "x")).hasMessageContaining("A-Z a-z 0-9");
    assertThatThrownBy(() -> ServiceKeys.key("a", "{x}")).hasMessageContaining("id of an instance");
    assertThat(ServiceInstance.of("x", "[::1]:80").address()).isEqualTo("[::1]:80");
    assertThat(ServiceInstance.of("x", "db1:80").host()).isEqualTo("db1");
    for (String bad : new String[] {"db1", "db1:", ":80", "::1:80", "[db1]:80", "db1:0", "db1:65536", "db1:8o"}) {
      assertThatThrownBy(() -> ServiceInstance.of("x", bad)).as(bad).isInstanceOf(IllegalArgumentException.class);
    }
    assertThatThrownBy(() -> ServiceInstance.of("x", "h", 1).withWeight(-1)).hasMessageContaining("0 to 65535");
  }
}
