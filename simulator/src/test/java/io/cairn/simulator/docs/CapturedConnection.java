package io.cairn.simulator.docs;

import io.cairn.platform.EventLoop;
import io.cairn.protocol.frame.FrameChannel;
import io.cairn.protocol.frame.FrameException;
import io.cairn.protocol.frame.FrameKind;
import io.cairn.protocol.transport.Connection;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

/** A connection that keeps what is written to it. Nothing comes in; tasks of its loop are for the caller's own flush. */
final class CapturedConnection implements Connection, FrameChannel.Receiver, EventLoop {
  private final ByteBuf sent = Unpooled.buffer();

  byte[] sent() {
    byte[] bytes = new byte[sent.readableBytes()];
    sent.getBytes(0, bytes);
    return bytes;
  }

  @Override
  public void write(ByteBuf bytes) {
    sent.writeBytes(bytes);
    bytes.release();
  }

  @Override
  public EventLoop loop() {
    return this;
  }

  @Override
  public String remote() {
    return "nobody";
  }

  @Override
  public String name() {
    return "the test's";
  }

  @Override
  public boolean inLoop() {
    return true;
  }

  @Override
  public void execute(Runnable task) {}

  @Override
  public Timer schedule(long delayNanos, Runnable task) {
    return () -> { };
  }

  @Override
  public void flush() {}

  @Override
  public long pendingBytes() {
    return 0;
  }

  @Override
  public void pauseReading(boolean paused) {}

  @Override
  public void close() {}

  @Override
  public void frame(FrameKind kind, int flags, long requestId, ByteBuf body) {}

  @Override
  public void turnEnded() {}

  @Override
  public void writable() {}

  @Override
  public void malformed(FrameException cause) {}

  @Override
  public void closed(Throwable cause) {}
}
