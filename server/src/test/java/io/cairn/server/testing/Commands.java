package io.cairn.server.testing;

import com.google.protobuf.ByteString;
import io.cairn.protocol.wire.Command;
import io.cairn.protocol.wire.Put;

/** Commands as clients send them. */
public final class Commands {

  private Commands() {}

  /** A put in the default keyspace. */
  public static Command.Builder put(long client, long sequence, String key, String value) {
    return Command.newBuilder().setClientHigh(7).setClientLow(client).setSequence(sequence).setLowestOpen(1).setKeyspace(1)
        .setPut(Put.newBuilder().setKey(ByteString.copyFromUtf8(key)).setValue(ByteString.copyFromUtf8(value)));
  }
}
