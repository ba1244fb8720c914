package io.cairn.storage.mvcc;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class RecentVersionsProperties {

  /** Keys and versions of all lengths through a ring that is far too small: an answer is the last version, or none. */
  @Property(tries = 300)
  void what_is_found_is_what_was_written_last(@ForAll long seed, @ForAll @IntRange(max = 8 << 10) int ringBytes) {
    var random = new Random(seed);
    var recent = new RecentVersions(ringBytes);
    var truth = new HashMap<Integer, byte[]>();
    int found = 0;
    for (int step = 0; step < 2_000; step++) {
      int id = random.nextInt(60);
      byte[] key = key(id);
      byte[] known = recent.get(key);
      if (known != null) {
        assertThat(known).isEqualTo(truth.get(id));
        found++;
      }
      if (random.nextInt(5) == 0) {
        recent.remove(key);
        truth.remove(id);
      } else {
        byte[] version = new byte[random.nextInt(60)];
        random.nextBytes(version);
        recent.put(key, version);
        truth.put(id, version);
      }
    }
    if (ringBytes >= 8_000) {
      assertThat(found).as("answers that were checked").isPositive();
    }
  }

  private static byte[] key(int id) {
    byte[] key = new byte[4 + id % 7];
    Arrays.fill(key, (byte) id);
    return key;
  }
}
