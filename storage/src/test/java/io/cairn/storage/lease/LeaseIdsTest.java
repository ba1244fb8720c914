package io.cairn.storage.lease;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class LeaseIdsTest {

  @Test
  @DisplayName("LL-04 the bits of an id: what clients may choose and what puts with a TTL are given never meet; each names its home")
  void idsNameTheirHome() {
    var random = new Random(7);
    for (int i = 0; i < 10_000; i++) {
      long drawn = random.nextLong();
      int shard = random.nextInt(LeaseIds.SHARD_MAX + 1);
      long id = LeaseIds.ofOnePut(shard, drawn);
      assertThat(LeaseIds.isId(id) && LeaseIds.isOfOnePut(id) && !LeaseIds.isGranted(id)).isTrue();
      assertThat(LeaseIds.home(id)).isEqualTo(shard);
      assertThat(LeaseIds.isGranted(drawn)).isEqualTo(drawn > 0 && drawn < 1L << 62);
      assertThat(LeaseIds.isGranted(drawn) ? LeaseIds.home(drawn) : 0).isZero();
    }
    for (long id : new long[] {0, -1, Long.MIN_VALUE, Long.MIN_VALUE + 1, 1L << 62, Long.MAX_VALUE}) {
      assertThat(LeaseIds.isGranted(id)).as("%d", id).isFalse();
    }
    for (long grant : new long[] {1, (7L << 20) + 3, Long.MAX_VALUE - 1, Long.MAX_VALUE}) {
      long id = LeaseIds.granted(grant);
      assertThat(LeaseIds.isGranted(id) && LeaseIds.isGranted(LeaseIds.after(id))).as("%d of grant %d", id, grant).isTrue();
    }
    assertThat(LeaseIds.granted(8)).as("later grants have larger ids").isGreaterThan(LeaseIds.granted(7));
    assertThat(LeaseIds.isGranted(1) && LeaseIds.isGranted((1L << 62) - 1)).isTrue();
  }
}
