package io.cairn.jepsen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.client.ByteSeq;
import io.cairn.client.DeleteRangeOptions;
import io.cairn.client.DeleteRangeResult;
import io.cairn.client.KeyRange;
import io.cairn.client.KeyValue;
import io.cairn.client.KvClient;
import io.cairn.client.RangeOptions;
import io.cairn.client.RangeResult;
import io.cairn.client.RefusedCode;
import io.cairn.client.RefusedException;
import io.cairn.jepsen.cluster.LocalCluster;
import io.cairn.jepsen.raw.RawConnection;
import io.cairn.protocol.frame.Frame;
import io.cairn.protocol.frame.FrameKind;
import io.cairn.protocol.wire.RangeRequest;
import io.cairn.protocol.wire.Request;
import io.cairn.protocol.wire.Response;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Ranges and delete ranges over one shard and over several, through the client library. */
final class RangeTest {

  @RegisterExtension
  static final ClusterExtension EXTENSION = new ClusterExtension(() -> LocalCluster.builder().build());

  private static KvClient client;

  @BeforeAll
  static void connect() {
    client = EXTENSION.cluster().client(Duration.ofSeconds(20));
  }

  @AfterAll
  static void disconnect() {
    client.close();
  }

  private static List<String> keys(RangeResult result) {
    return result.keyValues().stream().map(KeyValue::keyUtf8).toList();
  }

  @Test
  @DisplayName("a delete range over a border is refused with the border, and deletes nothing")
  void deleteRangeOverABorderIsRefused() {
    for (String key : List.of("gg-1", "gg-2", "hh-1")) {
      client.put(key, "v");
    }
    assertThatThrownBy(() -> client.deleteRange(KeyRange.of("gg", "hz"))).isInstanceOfSatisfying(RefusedException.class, refused -> {
      assertThat(refused.code()).isEqualTo(RefusedCode.RANGE_CROSSES_SHARDS);
      assertThat(refused.border()).contains(ByteSeq.utf8("h"));
    });
    assertThat(keys(client.range(KeyRange.of("gg", "hz")))).containsExactly("gg-1", "gg-2", "hh-1");
  }

  @Test
  @DisplayName("a delete range with parts lists each shard's part with its range, its revision and its number")
  void deleteRangeWithPartsListsThem() {
    for (String key : List.of("f-1", "f-2", "m-1", "t-1", "t-2", "t-3")) {
      client.put(key, "v");
    }
    DeleteRangeResult result = client.deleteRange(KeyRange.of("f-", "t-3"), DeleteRangeOptions.DEFAULT.withParts());
    assertThat(result.parts()).hasSize(3);
    assertThat(result.parts().stream().map(DeleteRangeResult.Part::range))
        .containsExactly(KeyRange.of("f-", "h"), KeyRange.of("h", "q"), KeyRange.of("q", "t-3"));
    assertThat(result.parts().get(0).deleted()).isGreaterThanOrEqualTo(2);
    assertThat(result.parts().get(2).deleted()).isEqualTo(2);
    assertThat(result.parts().stream().map(DeleteRangeResult.Part::revision)).doesNotHaveDuplicates();
    assertThat(client.range(KeyRange.of("f-", "t-3")).keyValues()).isEmpty();
    assertThat(client.get("t-3").found()).isPresent();
  }

  @Test
  @DisplayName("limit, keys only, count only and a past revision, over all shards")
  void rangesShowWhatIsAskedFor() {
    String[] keys = {"b/opt-1", "b/opt-2", "j/opt-3", "x/opt-4", "x/opt-5"};
    KeyRange range = KeyRange.of("b/opt", "x/opt-9");
    long before = client.put("b/before", "v").revision();
    for (String key : keys) {
      client.put(key, "old " + key);
    }
    long then = client.range(range).revision();
    client.put("x/opt-4", "new");
    client.delete("b/opt-1");
    assertThat(client.range(KeyRange.of("b/opt", "b/opt-9"), RangeOptions.DEFAULT.withCountOnly()).count()).isEqualTo(1);
    RangeResult past = client.range(range, RangeOptions.DEFAULT.withRevision(then));
    assertThat(past.revision()).isGreaterThanOrEqualTo(then);
    assertThat(keys(past)).contains(keys);
    assertThat(past.keyValues().stream().map(KeyValue::valueUtf8)).contains("old x/opt-4").doesNotContain("new");
    assertThat(keys(client.range(range, RangeOptions.DEFAULT.withRevision(before)))).doesNotContain(keys);
    RangeResult limited = client.range(range, RangeOptions.DEFAULT.withRevision(then).withLimit(3));
    assertThat(limited.more()).isTrue();
    assertThat(limited.count()).isEqualTo(3);
    assertThat(limited.keyValues()).isEqualTo(past.keyValues().subList(0, 3));
    RangeResult exact = client.range(range, RangeOptions.DEFAULT.withRevision(then).withLimit(past.count()));
    assertThat(exact.more()).as("nothing is left out").isFalse();
    assertThat(exact.keyValues()).isEqualTo(past.keyValues());
    RangeResult keysOnly = client.range(range, RangeOptions.DEFAULT.withRevision(then).withKeysOnly());
    assertThat(keys(keysOnly)).isEqualTo(keys(past));
    assertThat(keysOnly.keyValues()).allSatisfy(each -> {
      assertThat(each.value().isEmpty()).isTrue();
      assertThat(each.version()).isPositive();
    });
    RangeResult counted = client.range(range, RangeOptions.DEFAULT.withRevision(then).withCountOnly());
    assertThat(counted.count()).isEqualTo(past.count());
    assertThat(counted.keyValues()).isEmpty();
    assertThat(client.range(KeyRange.of("b/opt", "b/opt")).keyValues()).as("an empty range").isEmpty();
  }

  @Test
  @DisplayName("a range over several shards is one view: never the second of two writes without the first")
  void rangeOverShardsIsOneView() throws Exception {
    var done = new AtomicBoolean();
    ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    // The first of a pair lies in the last shard and is read last: a view put together shard by shard would miss it.
    Future<Integer> downwards = threads.submit(() -> writePairs(done, "y/pair", "c/pair"));
    Future<Integer> upwards = threads.submit(() -> writePairs(done, "d/pair", "w/pair"));
    long revision = 0;
    try {
      for (int i = 0; i < 150; i++) {
        String node = "n" + (1 + i % 3);
        RangeResult view = client.range(KeyRange.all(), RangeOptions.DEFAULT.withNode(node));
        assertThat(number(view, "y/pair")).as("first and second at revision %d on %s", view.revision(), node)
            .isGreaterThanOrEqualTo(number(view, "c/pair"));
        assertThat(number(view, "d/pair")).as("first and second at revision %d on %s", view.revision(), node)
            .isGreaterThanOrEqualTo(number(view, "w/pair"));
        assertThat(view.revision()).as("revisions never go back").isGreaterThanOrEqualTo(revision);
        long at = view.revision();
        assertThat(view.keyValues()).allSatisfy(each -> assertThat(each.modRevision()).isLessThanOrEqualTo(at));
        revision = at;
      }
    } finally {
      done.set(true);
    }
    assertThat(downwards.get(30, TimeUnit.SECONDS)).as("pairs written meanwhile").isPositive();
    assertThat(upwards.get(30, TimeUnit.SECONDS)).as("pairs written meanwhile").isPositive();
    threads.close();
  }

  private static int writePairs(AtomicBoolean done, String first, String second) {
    int written = 0;
    try (KvClient writer = EXTENSION.cluster().client(Duration.ofSeconds(20))) {
      while (!done.get()) {
        written++;
        writer.put(first, Integer.toString(written));
        writer.put(second, Integer.toString(written));
      }
    }
    return written;
  }

  private static int number(RangeResult view, String key) {
    return view.keyValues().stream().filter(each -> each.keyUtf8().equals(key)).findFirst()
        .map(each -> Integer.parseInt(each.valueUtf8())).orElse(0);
  }

  @Test
  @DisplayName("a range of 20 MiB comes in chunks, each far below that")
  void largeRangeComesInChunks() throws IOException {
    int values = 40;
    for (int i = 0; i < values; i++) {
      byte[] value = new byte[512 << 10];
      java.util.Arrays.fill(value, (byte) i);
      client.put("e/large/%02d".formatted(i), value);
    }
    RangeResult whole = client.range(KeyRange.prefix("e/large/"));
    assertThat(whole.keyValues()).hasSize(values);
    for (int i = 0; i < values; i++) {
      ByteSeq value = whole.keyValues().get(i).value();
      assertThat(value.size()).isEqualTo(512 << 10);
      assertThat(value.byteAt(0)).isEqualTo((byte) i);
      assertThat(value.byteAt(value.size() - 1)).isEqualTo((byte) i);
    }
    assertChunks(values);
    client.deleteRange(KeyRange.prefix("e/large/"));
  }

  private static void assertChunks(int values) throws IOException {
    Request request = Request.newBuilder().setRemainingMillis(20_000).setRange(RangeRequest.newBuilder()
        .setStart(com.google.protobuf.ByteString.copyFromUtf8("e/large/")).setEnd(com.google.protobuf.ByteString.copyFromUtf8("e/large0")))
        .build();
    int seen = 0;
    int chunks = 0;
    try (RawConnection connection = RawConnection.client(EXTENSION.cluster().nodes().getFirst().addresses().client())) {
      connection.send(RawConnection.frame(FrameKind.REQUEST, 1, request));
      boolean more = true;
      var message = new java.io.ByteArrayOutputStream();
      while (more) {
        var frame = connection.next().orElseThrow();
        message.write(frame.body());
        if ((frame.flags() & Frame.PIECE) != 0 && (frame.flags() & Frame.LAST_PIECE) == 0) {
          continue;
        }
        Response part = Response.parseFrom(message.toByteArray());
        message.reset();
        assertThat(part.hasRange()).as("%s", part.getError()).isTrue();
        assertThat(part.getSerializedSize()).as("bytes of a chunk").isLessThan(2 << 20);
        seen += part.getRange().getKvsCount();
        chunks++;
        more = (frame.flags() & Frame.MORE) != 0;
      }
    }
    assertThat(seen).isEqualTo(values);
    assertThat(chunks).isGreaterThan(5);
  }
}
