package io.cairn.jepsen.overload;

import io.cairn.client.ByteSeq;
import io.cairn.client.KeyValue;
import io.cairn.client.KvClient;
import io.cairn.client.PutOptions;
import io.cairn.client.PutResult;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Random;
import java.util.concurrent.CompletableFuture;

/**
 * Records of one size, numbered, over the three shards of a {@link io.cairn.jepsen.cluster.LocalCluster}: a value says whose it is at its
 * beginning and its end.
 */
public record Records(int count, int valueBytes) {
  private static final String[] SHARDS = {"a", "k", "z"};
  private static final String MARK = "/record/";
  private static final int IN_FLIGHT = 32;
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  public long bytes() {
    return (long) count * valueBytes;
  }

  static ByteSeq key(int number) {
    return ByteSeq.utf8(SHARDS[number % SHARDS.length] + MARK + "%07d".formatted(number));
  }

  private ByteSeq value(int number) {
    byte[] value = new byte[valueBytes];
    new Random(number).nextBytes(value); // What cannot be compressed lies in memory and on disk as large as it is.
    ByteBuffer.wrap(value).putInt(0, number).putInt(valueBytes - Integer.BYTES, ~number);
    return ByteSeq.of(value);
  }

  /** Writes all of them, several at a time. */
  public void write(KvClient client) {
    var window = new ArrayDeque<CompletableFuture<PutResult>>();
    for (int i = 0; i < count; i++) {
      if (window.size() == IN_FLIGHT) {
        window.remove().join();
      }
      window.add(client.async().put(key(i), value(i), PutOptions.DEFAULT.withDeadline(PATIENCE)).toCompletableFuture());
    }
    window.forEach(CompletableFuture::join);
  }

  /** Whether this is one of these records and not something else that lies in the cluster. */
  boolean isRecord(KeyValue kv) {
    return kv.keyUtf8().contains(MARK);
  }

  /** What is wrong with a record, or null. */
  String fault(KeyValue kv) {
    String key = kv.keyUtf8();
    int number = Integer.parseInt(key.substring(key.indexOf(MARK) + MARK.length()));
    if (kv.value().size() != valueBytes) {
      return key + " has " + kv.value().size() + " bytes";
    }
    ByteBuffer value = ByteBuffer.wrap(kv.value().toByteArray());
    return value.getInt(0) == number && value.getInt(valueBytes - Integer.BYTES) == ~number ? null : key + " has another's value";
  }
}
