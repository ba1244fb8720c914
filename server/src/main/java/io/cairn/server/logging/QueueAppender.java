package io.cairn.server.logging;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.UnsynchronizedAppenderBase;

/** Hands each event, as a finished line, to a {@link LogQueue}. */
final class QueueAppender extends UnsynchronizedAppenderBase<ILoggingEvent> {
  private final LogQueue queue;

  QueueAppender(LogQueue queue) {
    this.queue = queue;
    setName("queue");
  }

  @Override
  protected void append(ILoggingEvent event) {
    queue.offer(queue.lines().line(event));
  }
}
