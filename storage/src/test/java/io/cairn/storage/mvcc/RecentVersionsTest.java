package io.cairn.storage.mvcc;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RecentVersionsTest {
  private static final int RING = 64 << 10;

  private final RecentVersions recent = new RecentVersions(RING);

  @Test
  void a_version_is_found_until_it_is_replaced_or_removed() {
    recent.put(bytes("a"), bytes("1"));
    recent.put(bytes("b"), bytes("2"));
    assertThat(recent.get(bytes("a"))).isEqualTo(bytes("1"));

    recent.put(bytes("a"), bytes("a longer one that does not fit where the first one stood"));
    assertThat(recent.get(bytes("a"))).isEqualTo(bytes("a longer one that does not fit where the first one stood"));
    recent.put(bytes("a"), bytes("3"));
    assertThat(recent.get(bytes("a"))).isEqualTo(bytes("3"));

    recent.remove(bytes("a"));
    assertThat(recent.get(bytes("a"))).isNull();
    assertThat(recent.get(bytes("b"))).isEqualTo(bytes("2"));
  }

  @Test
  void what_was_written_longest_ago_goes_first() {
    byte[] version = new byte[500];
    for (int i = 0; i < 1000; i++) {
      recent.put(bytes("key " + i), version);
    }
    assertThat(recent.get(bytes("key 0"))).isNull();
    assertThat(recent.get(bytes("key 999"))).isEqualTo(version);
  }

  @Test
  void keys_that_fit_stay_however_often_they_are_written() {
    for (int round = 0; round < 1000; round++) {
      for (int i = 0; i < 50; i++) {
        recent.put(bytes("key " + i), new byte[500 + round % 8]);
      }
    }
    int found = 0;
    for (int i = 0; i < 50; i++) {
      found += recent.get(bytes("key " + i)) == null ? 0 : 1;
    }
    assertThat(found).isEqualTo(50);
  }

  @Test
  void a_version_too_large_for_its_share_is_forgotten_not_kept_old() {
    recent.put(bytes("a"), bytes("small"));
    recent.put(bytes("a"), new byte[RING / 64]);
    assertThat(recent.get(bytes("a"))).isNull();
  }

  @Test
  void without_a_byte_it_knows_nothing() {
    var none = new RecentVersions(0);
    none.put(bytes("a"), bytes("1"));
    none.remove(bytes("b"));
    assertThat(none.get(bytes("a"))).isNull();
  }

  @Test
  void what_is_found_is_what_was_put_last() {
    var random = new Random(1);
    var put = new HashMap<String, byte[]>();
    int found = 0;
    for (int i = 0; i < 200_000; i++) {
      String key = "key " + random.nextInt(400);
      switch (random.nextInt(5)) {
        case 0 -> {
          recent.remove(bytes(key));
          put.remove(key);
        }
        case 1, 2 -> {
          put.put(key, bytes(key + " at " + i + " ".repeat(random.nextInt(300))));
          recent.put(bytes(key), put.get(key));
        }
        default -> {
          byte[] version = recent.get(bytes(key));
          found += version == null ? 0 : 1;
          assertThat(version).as("%s, step %d", key, i).matches(each -> each == null || Arrays.equals(each, put.get(key)));
        }
      }
    }
    assertThat(found).isGreaterThan(10_000);
  }

  @Test
  void when_the_positions_are_used_up_it_begins_anew() {
    var old = new RecentVersions(RING, (1L << 48) - 1_000);
    for (int i = 0; i < 100; i++) {
      old.put(bytes("key " + i), bytes("version " + i));
      assertThat(old.get(bytes("key " + i))).as("the one just put, %d", i).isEqualTo(bytes("version " + i));
    }
    assertThat(old.get(bytes("key 0"))).isNull();
    assertThat(old.get(bytes("key 98"))).isEqualTo(bytes("version 98"));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
