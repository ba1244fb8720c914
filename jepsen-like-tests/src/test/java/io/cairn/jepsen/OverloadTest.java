package io.cairn.jepsen;

import io.cairn.jepsen.overload.Records;
import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The short form of {@link HeavyOverloadTest}. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class OverloadTest {

  @RegisterExtension
  static final ClusterExtension EXTENSION = new ClusterExtension(Overload::small);

  private static Overload overload() {
    return new Overload(EXTENSION.cluster(), new Records(480, 64 << 10));
  }

  @Test
  @Order(1)
  @DisplayName("30 MB scanned by 50 clients at once: every one of them gets every record, and no node dies")
  void everybodyReadsAll() throws Exception {
    overload().fill();
    overload().everybodyReadsAll();
  }

  @Test
  @Order(2)
  @DisplayName("50 clients scan everything while one writes 1 MB values: no node dies, every call ends by its deadline, no leader changes")
  void everybodyReadsAllWhileOneWrites() throws Exception {
    overload().everybodyReadsAllWhileOneWrites(Duration.ofSeconds(8));
  }
}
