package io.cairn.jepsen;

import io.cairn.jepsen.overload.Records;
import java.time.Duration;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The full size, by {@code mvn -Pheavy -pl server,jepsen-like-tests -am verify}; {@link OverloadTest} is the short form. {@code -Doverload.seconds=600} for longer. */
@Tag("heavy")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class HeavyOverloadTest {

  @RegisterExtension
  static final ClusterExtension EXTENSION = new ClusterExtension(Overload::small);

  private static final int SECONDS = Integer.getInteger("overload.seconds", 60);

  private static Overload overload() {
    return new Overload(EXTENSION.cluster(), new Records(16 << 10, 64 << 10));
  }

  @BeforeAll
  static void fill() throws Exception {
    overload().fill();
  }

  @Test
  @Order(1)
  @DisplayName("1 GB scanned by 50 clients at once: every one of them gets every record, and no node dies")
  void everybodyReadsAll() throws Exception {
    overload().everybodyReadsAll();
  }

  @Test
  @Order(2)
  @DisplayName("50 clients scan 1 GB while one writes 1 MB values: no node dies, every call ends by its deadline, no leader changes")
  void everybodyReadsAllWhileOneWrites() throws Exception {
    overload().everybodyReadsAllWhileOneWrites(Duration.ofSeconds(SECONDS));
  }
}
