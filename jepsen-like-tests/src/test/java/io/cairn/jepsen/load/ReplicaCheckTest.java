package io.cairn.jepsen.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.client.ByteSeq;
import io.cairn.client.KeyValue;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The judge itself: what it must not let pass. The cluster stood at revision 100 before each load. */
final class ReplicaCheckTest {
  private static final RecordFile FILE = RecordFile.of("a\t1\\n\nb\t2\na\t3\nc\t4\n".getBytes(StandardCharsets.UTF_8));
  private static final List<String> ALL_WRITTEN = List.of("2\twritten\t102\t", "1\twritten\t101\t", "3\twritten\t103\t", "4\twritten\t104\t");

  private static KeyValue kv(String key, String value, long created, long modified, long version) {
    return new KeyValue(ByteSeq.utf8(key), ByteSeq.utf8(value), created, modified, version, 0);
  }

  private static List<String> violations(List<String> report, KeyValue... held) {
    var check = new ReplicaCheck(new ReportedLines(FILE, LoadReport.of(report, FILE.lines())), 100);
    check.check("n1", List.of(held));
    return check.violations();
  }

  @Test
  void whatWasWrittenAndStandsIsWell() {
    assertThat(violations(ALL_WRITTEN, kv("a", "3", 101, 103, 2), kv("b", "2", 102, 102, 1), kv("c", "4", 104, 104, 1), kv("z", "", 5, 5, 1)))
        .isEmpty();
  }

  @Test
  void aWrittenLineThatIsNotThereIsALoss() {
    assertThat(violations(ALL_WRITTEN, kv("a", "3", 101, 103, 2), kv("b", "2", 102, 102, 1)))
        .singleElement().asString().contains("c of line 4").contains("is not there");
  }

  @Test
  void anOlderValueIsALoss() {
    assertThat(violations(ALL_WRITTEN, kv("a", "1\n", 101, 101, 1), kv("b", "2", 102, 102, 1), kv("c", "4", 104, 104, 1)))
        .singleElement().asString().contains("a was written at revision 103 and stands at 101");
  }

  @Test
  void anotherValueAtTheRevisionIsAFault() {
    assertThat(violations(ALL_WRITTEN, kv("a", "1\n", 101, 103, 2), kv("b", "2", 102, 102, 1), kv("c", "4", 104, 104, 1)))
        .singleElement().asString().contains("a stands at revision 103 with a value that nobody");
  }

  @Test
  void aWriteThatTookEffectTwiceIsAFault() {
    assertThat(violations(ALL_WRITTEN, kv("a", "3", 101, 103, 2), kv("b", "2", 102, 102, 2), kv("c", "4", 104, 104, 1)))
        .singleElement().asString().contains("b took 2 writes, by what was said 1");
  }

  @Test
  void aRefusedLineThatIsThereIsAFaultUnlessItWasThereBefore() {
    List<String> refused = List.of("1\twritten\t101\t", "2\trefused\t-\tno node", "3\trefused\t-\tno node", "4\trefused\t-\tno node");
    assertThat(violations(refused, kv("a", "1\n", 101, 101, 1), kv("b", "2", 90, 90, 1))).isEmpty();
    assertThat(violations(refused, kv("a", "1\n", 101, 101, 1), kv("b", "2", 102, 102, 1)))
        .singleElement().asString().contains("b stands at revision 102 with a value that nobody");
  }

  @Test
  void anUnknownLineMayBeThereOrNot() {
    List<String> unknown = List.of("1\twritten\t101\t", "2\tunknown\t-\twho knows", "3\tunknown\t-\twho knows", "4\tunknown\t-\twho knows");
    assertThat(violations(unknown, kv("a", "1\n", 101, 101, 1), kv("b", "2", 102, 102, 1))).isEmpty();
    assertThat(violations(unknown, kv("a", "3", 101, 103, 2), kv("c", "4", 104, 104, 1))).isEmpty();
    assertThat(violations(unknown, kv("a", "2", 101, 103, 2))).singleElement().asString().contains("a stands at revision 103 with a value");
  }

  @Test
  void twoLinesOfOneRevisionAreAFault() {
    assertThat(violations(List.of("1\twritten\t101\t", "2\twritten\t104\t", "3\twritten\t103\t", "4\twritten\t104\t"),
        kv("a", "3", 101, 103, 2), kv("b", "2", 104, 104, 1), kv("c", "4", 104, 104, 1)))
        .singleElement().asString().contains("line 4 was written at revision 104, which is old or another's");
  }

  @Test
  void replicasThatDifferInAnyOfItHaveOtherHashes() {
    var check = new ReplicaCheck(new ReportedLines(FILE, LoadReport.of(ALL_WRITTEN, FILE.lines())), 100);
    String hash = check.check("n1", List.of(kv("x", "v", 1, 2, 2)));
    assertThat(check.check("n2", List.of(kv("x", "v", 1, 2, 2)))).isEqualTo(hash);
    for (KeyValue other : List.of(kv("xv", "", 1, 2, 2), kv("x", "w", 1, 2, 2), kv("x", "v", 2, 2, 2), kv("x", "v", 1, 3, 2),
        kv("x", "v", 1, 2, 1))) {
      assertThat(check.check("n3", List.of(other))).isNotEqualTo(hash);
    }
  }

  @Test
  void aReportWithoutALineIsNone() {
    assertThatThrownBy(() -> LoadReport.of(ALL_WRITTEN.subList(0, 3), 4)).hasMessageContaining("of 4 lines the report names 3");
    assertThatThrownBy(() -> LoadReport.of(List.of("1\twritten\t5\t", "1\twritten\t5\t"), 2)).hasMessageContaining("should not have");
  }
}
