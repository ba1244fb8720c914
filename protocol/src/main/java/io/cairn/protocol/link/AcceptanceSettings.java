package io.cairn.protocol.link;

import io.cairn.protocol.frame.Frame;
import io.cairn.protocol.wire.Role;

/**
 * The bounds of one open port.
 *
 * @param role who belongs here: CLIENT or PEER; the other is told WRONG_PORT
 * @param oldestProtocolVersion the oldest protocol version that is spoken here
 * @param newestProtocolVersion the newest
 * @param frameBytesMax the largest frame taken, in bytes after the length field
 * @param handshakeTimeoutNanos how long a connection may take to be let in
 * @param idleTimeoutNanos a connection of which nothing was heard for this long is closed; openers send PINGs, so a live
 *     one is never silent. At least three times their keep-alive
 * @param connectionsMax most connections at a time; one more is refused with TOO_MANY_CONNECTIONS
 */
public record AcceptanceSettings(
    Role role,
    int oldestProtocolVersion,
    int newestProtocolVersion,
    int frameBytesMax,
    long handshakeTimeoutNanos,
    long idleTimeoutNanos,
    int connectionsMax) {

  public AcceptanceSettings {
    require(role == Role.CLIENT || role == Role.PEER, "role must be CLIENT or PEER, was " + role);
    require(oldestProtocolVersion > 0 && newestProtocolVersion >= oldestProtocolVersion, "protocol versions must be a range from 1 on, were "
        + oldestProtocolVersion + " to " + newestProtocolVersion);
    require(frameBytesMax >= Frame.HANDSHAKE_FRAME_BYTES_MAX,
        "frameBytesMax must be at least " + Frame.HANDSHAKE_FRAME_BYTES_MAX + ", was " + frameBytesMax);
    require(handshakeTimeoutNanos > 0, "handshakeTimeoutNanos must be positive, was " + handshakeTimeoutNanos);
    require(idleTimeoutNanos > 0, "idleTimeoutNanos must be positive, was " + idleTimeoutNanos);
    require(connectionsMax > 0, "connectionsMax must be positive, was " + connectionsMax);
  }

  /** This software's versions, 5 s for a handshake, 30 s of silence. */
  public static AcceptanceSettings of(Role role, int frameBytesMax, int connectionsMax) {
    return new AcceptanceSettings(role, Handshake.OLDEST_PROTOCOL_VERSION, Handshake.PROTOCOL_VERSION, frameBytesMax,
        5_000_000_000L, 30_000_000_000L, connectionsMax);
  }

  private static void require(boolean holds, String message) {
    if (!holds) {
      throw new IllegalArgumentException(message);
    }
  }
}
