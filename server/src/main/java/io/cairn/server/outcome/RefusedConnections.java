package io.cairn.server.outcome;

import io.cairn.platform.Clock;
import io.cairn.protocol.wire.HandshakeRefused;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells in the log of connections that a port refuses: one line a second at most, with how many were passed over, or whoever opens
 * thousands would push everything else out of the log. From any thread.
 */
public final class RefusedConnections {
  private static final Logger log = LoggerFactory.getLogger(RefusedConnections.class);
  private static final long LINE_EVERY_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final Clock clock;
  private final String port;
  private long lastLine;
  private boolean told;
  private long passedOver;

  /** @param port as a reader of the log knows it: client or peer */
  public RefusedConnections(Clock clock, String port) {
    this.clock = clock;
    this.port = port;
  }

  /** Whether a line was written for it. */
  public synchronized boolean refused(String remote, HandshakeRefused refusal) {
    long now = clock.nanoTime();
    if (told && now - lastLine < LINE_EVERY_NANOS) {
      passedOver++;
      return false;
    }
    log.warn("refused a connection on the {} port; remote={} error={} reason=\"{}\" others-since-the-last-line={}", port, remote,
        refusal.getError(), refusal.getMessage(), passedOver);
    told = true;
    lastLine = now;
    passedOver = 0;
    return true;
  }

  synchronized long passedOver() {
    return passedOver;
  }
}
