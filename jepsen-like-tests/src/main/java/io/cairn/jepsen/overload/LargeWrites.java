package io.cairn.jepsen.overload;

import io.cairn.client.ByteSeq;
import io.cairn.client.KvClient;
import io.cairn.client.PutOptions;
import java.time.Duration;
import java.util.Random;
import java.util.function.BooleanSupplier;

/** One client that writes one large value after the other, over the same few keys of all shards. */
public final class LargeWrites {
  private static final int VALUE_BYTES = 1 << 20;
  private static final int KEYS = 24;
  private static final String[] SHARDS = {"a", "k", "z"};

  private LargeWrites() {}

  /** Writes until it is told to stop. */
  public static Calls run(KvClient client, Duration deadline, BooleanSupplier goOn) {
    var calls = new Calls();
    var random = new Random(1);
    var options = PutOptions.DEFAULT.withDeadline(deadline);
    for (int i = 0; goOn.getAsBoolean(); i = (i + 1) % KEYS) {
      ByteSeq key = ByteSeq.utf8(SHARDS[i % SHARDS.length] + "/large/" + i);
      byte[] value = new byte[VALUE_BYTES];
      random.nextBytes(value);
      calls.make(() -> client.put(key, ByteSeq.of(value), options));
    }
    return calls;
  }
}
