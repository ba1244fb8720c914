package io.cairn.protocol.link;

import io.cairn.protocol.frame.Frame;

/**
 * The bounds of a link.
 *
 * @param connectTimeoutNanos how long connecting may take
 * @param handshakeTimeoutNanos how long the answer to the Hello may take
 * @param backoffMinNanos the first attempt after a failure comes within this time, at random
 * @param backoffMaxNanos later ones within twice the time of the one before, and at most within this
 * @param keepAliveNanos a PING goes out when nothing was sent or received for this long
 * @param keepAliveMisses after so many such times in a row without a byte from the other side the connection is given up
 * @param frameBytesMax the largest frame taken, in bytes after the length field
 * @param inFlightBytesMax the sum of the bodies of open calls; one call alone may be larger
 * @param oneWayPendingBytesMax above this much unsent, one-way messages are dropped
 */
public record LinkSettings(
    long connectTimeoutNanos,
    long handshakeTimeoutNanos,
    long backoffMinNanos,
    long backoffMaxNanos,
    long keepAliveNanos,
    int keepAliveMisses,
    int frameBytesMax,
    long inFlightBytesMax,
    long oneWayPendingBytesMax) {

  private static final long MILLI = 1_000_000L;

  public LinkSettings {
    require(connectTimeoutNanos > 0, "connectTimeoutNanos must be positive, was " + connectTimeoutNanos);
    require(handshakeTimeoutNanos > 0, "handshakeTimeoutNanos must be positive, was " + handshakeTimeoutNanos);
    require(backoffMinNanos > 0, "backoffMinNanos must be positive, was " + backoffMinNanos);
    require(backoffMaxNanos >= backoffMinNanos,
        "backoffMaxNanos must not be below backoffMinNanos (" + backoffMinNanos + "), was " + backoffMaxNanos);
    require(keepAliveNanos > 0, "keepAliveNanos must be positive, was " + keepAliveNanos);
    require(keepAliveMisses > 1, "keepAliveMisses must be at least 2 (one to ask, one to wait), was " + keepAliveMisses);
    require(frameBytesMax >= Frame.HANDSHAKE_FRAME_BYTES_MAX,
        "frameBytesMax must be at least " + Frame.HANDSHAKE_FRAME_BYTES_MAX + ", was " + frameBytesMax);
    require(inFlightBytesMax > 0, "inFlightBytesMax must be positive, was " + inFlightBytesMax);
    require(oneWayPendingBytesMax > 0, "oneWayPendingBytesMax must be positive, was " + oneWayPendingBytesMax);
  }

  /** Fit for a local network: back within about a second, a silent peer given up after six. */
  public static LinkSettings defaults() {
    return new LinkSettings(2_000 * MILLI, 2_000 * MILLI, 50 * MILLI, 1_000 * MILLI, 2_000 * MILLI, 3,
        Frame.FRAME_BYTES_MAX, 16L << 20, 16L << 20);
  }

  public LinkSettings withTimeouts(long connectNanos, long handshakeNanos) {
    return new LinkSettings(connectNanos, handshakeNanos, backoffMinNanos, backoffMaxNanos, keepAliveNanos, keepAliveMisses,
        frameBytesMax, inFlightBytesMax, oneWayPendingBytesMax);
  }

  public LinkSettings withBackoff(long minNanos, long maxNanos) {
    return new LinkSettings(connectTimeoutNanos, handshakeTimeoutNanos, minNanos, maxNanos, keepAliveNanos, keepAliveMisses,
        frameBytesMax, inFlightBytesMax, oneWayPendingBytesMax);
  }

  public LinkSettings withKeepAlive(long nanos, int misses) {
    return new LinkSettings(connectTimeoutNanos, handshakeTimeoutNanos, backoffMinNanos, backoffMaxNanos, nanos, misses,
        frameBytesMax, inFlightBytesMax, oneWayPendingBytesMax);
  }

  public LinkSettings withBytes(int frameMax, long inFlightMax, long oneWayPendingMax) {
    return new LinkSettings(connectTimeoutNanos, handshakeTimeoutNanos, backoffMinNanos, backoffMaxNanos, keepAliveNanos, keepAliveMisses,
        frameMax, inFlightMax, oneWayPendingMax);
  }

  private static void require(boolean holds, String message) {
    if (!holds) {
      throw new IllegalArgumentException(message);
    }
  }
}
