package io.cairn.protocol.transport;

import io.cairn.platform.EventLoop;
import io.netty.buffer.ByteBuf;

/** A stream of bytes to another process. Used on its loop only, save {@link #loop()} and {@link #remote()}. */
public interface Connection {

  EventLoop loop();

  String remote();

  /** Sends the bytes after those sent before, and takes over the buffer. Nothing is sent once closed. May wait for {@link #flush()}. */
  void write(ByteBuf bytes);

  /** Hands what was written to the network; called once per turn of the loop, not per message. */
  void flush();

  /** Bytes written and not yet taken by the network: what a slow reader makes grow. */
  long pendingBytes();

  /** Stops reading from the peer until resumed: back-pressure. */
  void pauseReading(boolean paused);

  /** Ends the connection after what was flushed; {@link ConnectionHandler#closed} follows. Idempotent. */
  void close();
}
