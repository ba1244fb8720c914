package io.cairn.protocol.transport;

import io.cairn.platform.EventLoop;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

/** A stream of bytes to another process. Used on its loop only, save {@link #loop()} and {@link #remote()}. */
public interface Connection {

  /** Above this many {@link #pendingBytes()} a connection counts as full. */
  long WRITABLE_HIGH_BYTES = 256 * 1024;

  /** {@link ConnectionHandler#writable()} is called when a connection that was full has fallen to this or less. */
  long WRITABLE_LOW_BYTES = 64 * 1024;

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

  /** Ends the connection after what was flushed; {@link ConnectionHandler#closed} follows, nothing else. Idempotent. */
  void close();

  /** Ends the connection now, whatever was not sent yet; for a peer that does not take its bytes. */
  default void abort() {
    close();
  }

  /** Where buffers for {@link #write} come from: direct and pooled on sockets, plain heap elsewhere. */
  default ByteBufAllocator allocator() {
    return HeapBuffers.ALLOCATOR;
  }
}
