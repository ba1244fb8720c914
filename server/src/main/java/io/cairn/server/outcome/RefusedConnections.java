package io.cairn.server.outcome;

import io.cairn.platform.Clock;
import io.cairn.protocol.wire.HandshakeError;
import io.cairn.protocol.wire.HandshakeRefused;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells in the log of connections that a port refuses: for each reason one line a second at most, with how many were passed over, or
 * whoever opens thousands would push everything else out of the log. From any thread.
 */
public final class RefusedConnections {
  private static final Logger log = LoggerFactory.getLogger(RefusedConnections.class);
  private static final long LINE_EVERY_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final Clock clock;
  private final String port;
  private final Map<HandshakeError, Line> lines = new EnumMap<>(HandshakeError.class);

  /** The last line for one reason. */
  private static final class Line {
    private long at;
    private long passedOver;
  }

  /** @param port as a reader of the log knows it: client or peer */
  public RefusedConnections(Clock clock, String port) {
    this.clock = clock;
    this.port = port;
  }

  /** Whether a line was written for it. */
  public synchronized boolean refused(String remote, HandshakeRefused refusal) {
    long now = clock.nanoTime();
    Line line = lines.get(refusal.getError());
    if (line != null && now - line.at < LINE_EVERY_NANOS) {
      line.passedOver++;
      return false;
    }
    if (line == null) {
      line = new Line();
      lines.put(refusal.getError(), line);
    }
    log.warn("refused a connection on the {} port; remote={} error={} reason=\"{}\" others-since-then={}", port, remote,
        refusal.getError(), refusal.getMessage(), line.passedOver);
    line.at = now;
    line.passedOver = 0;
    return true;
  }

  synchronized long passedOver(HandshakeError why) {
    return lines.get(why).passedOver;
  }
}
