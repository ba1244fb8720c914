package io.cairn.jepsen.raw;

import com.google.protobuf.ByteString;
import io.cairn.protocol.wire.Command;
import io.cairn.protocol.wire.Put;
import io.cairn.protocol.wire.Request;
import java.security.SecureRandom;

/** Writes under a client id of their own, numbered as a well-behaved client numbers them: one open at a time. */
public final class RawWrites {
  private static final int DEFAULT_KEYSPACE = 1;
  private static final int REMAINING_MILLIS = 10_000;
  private static final SecureRandom RANDOM = new SecureRandom();

  private final long high = RANDOM.nextLong();
  private final long low = RANDOM.nextLong();
  private long sequence;

  /** The next write of this client. {@code seen} is the highest revision it has seen. */
  public Request put(String key, String value, long seen) {
    return request(command(seen).setPut(Put.newBuilder().setKey(ByteString.copyFromUtf8(key)).setValue(ByteString.copyFromUtf8(value))));
  }

  /** The next command of this client, still without an operation. */
  public Command.Builder command(long seen) {
    sequence++;
    return Command.newBuilder().setClientHigh(high).setClientLow(low).setSequence(sequence).setLowestOpen(sequence).setSeen(seen)
        .setKeyspace(DEFAULT_KEYSPACE);
  }

  /** A request that carries the command and names no shard. */
  public static Request request(Command.Builder command) {
    return Request.newBuilder().setKeyspace(DEFAULT_KEYSPACE).setRemainingMillis(REMAINING_MILLIS)
        .setCommand(command.build().toByteString()).build();
  }
}
