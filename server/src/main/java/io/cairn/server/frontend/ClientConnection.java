package io.cairn.server.frontend;

import io.cairn.protocol.link.ServerChannel;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Map;

/** What the server keeps with one client's connection. Belongs to the connection's loop. */
final class ClientConnection {
  private final ServerChannel channel;
  private final Map<Long, RangeStream> streams = new LinkedHashMap<>();
  private long inflightBytes;

  ClientConnection(ServerChannel channel) {
    this.channel = channel;
  }

  ServerChannel channel() {
    return channel;
  }

  long inflightBytes() {
    return inflightBytes;
  }

  void addInflight(long bytes) {
    inflightBytes += bytes;
  }

  void opened(long requestId, RangeStream stream) {
    streams.put(requestId, stream);
  }

  void ended(long requestId) {
    streams.remove(requestId);
  }

  void cancel(long requestId) {
    RangeStream stream = streams.remove(requestId);
    if (stream != null) {
      stream.cancel();
    }
  }

  /** The reader has taken some: streams that held back go on. */
  void writable() {
    for (RangeStream stream : new ArrayList<>(streams.values())) {
      stream.goOn();
    }
  }

  void closed() {
    for (RangeStream stream : new ArrayList<>(streams.values())) {
      stream.cancel();
    }
    streams.clear();
  }
}
