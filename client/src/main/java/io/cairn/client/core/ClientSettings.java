package io.cairn.client.core;

import io.cairn.protocol.transport.HostPort;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * What bounds a client.
 *
 * @param endpoints where it first looks for the cluster; the rest it learns
 * @param attemptNanos how long one node may be silent before another is asked
 * @param connectNanos how long one attempt to connect may take
 * @param openBytesMax what all open calls together may hold; more is refused with OVERLOADED
 * @param answerBytesMax the largest answer to one range
 * @param openSequencesMax writes of one shard that may be open at once; a server remembers no more of one client (1,024)
 */
public record ClientSettings(
    List<HostPort> endpoints, long attemptNanos, long connectNanos, long openBytesMax, long answerBytesMax, int openSequencesMax) {

  public static final long ATTEMPT_NANOS = TimeUnit.MILLISECONDS.toNanos(1_000);
  public static final long CONNECT_NANOS = TimeUnit.MILLISECONDS.toNanos(1_000);
  public static final long OPEN_BYTES_MAX = 64L << 20;
  public static final long ANSWER_BYTES_MAX = 64L << 20;
  public static final int OPEN_SEQUENCES_MAX = 1_024;

  public ClientSettings {
    endpoints = List.copyOf(endpoints);
    if (endpoints.isEmpty()) {
      throw new IllegalArgumentException("a client needs at least one endpoint, as in 127.0.0.1:7001");
    }
    if (openSequencesMax < 1 || openSequencesMax > OPEN_SEQUENCES_MAX) {
      throw new IllegalArgumentException("open sequences lie between 1 and " + OPEN_SEQUENCES_MAX + ", were " + openSequencesMax);
    }
  }

  public static ClientSettings of(List<HostPort> endpoints) {
    return new ClientSettings(endpoints, ATTEMPT_NANOS, CONNECT_NANOS, OPEN_BYTES_MAX, ANSWER_BYTES_MAX, OPEN_SEQUENCES_MAX);
  }

  public ClientSettings withAttempt(long nanos) {
    return new ClientSettings(endpoints, nanos, connectNanos, openBytesMax, answerBytesMax, openSequencesMax);
  }
}
