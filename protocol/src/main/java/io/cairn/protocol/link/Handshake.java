package io.cairn.protocol.link;

import io.cairn.protocol.wire.HandshakeError;
import io.cairn.protocol.wire.HandshakeRefused;
import io.cairn.protocol.wire.Hello;
import io.cairn.protocol.wire.Role;

/** What both sides know about the first two frames. */
public final class Handshake {

  /** The newest version of the protocol that this software speaks. */
  public static final int PROTOCOL_VERSION = 1;

  /** The oldest that it still understands. */
  public static final int OLDEST_PROTOCOL_VERSION = 1;

  private Handshake() {}

  /** A Hello with this software's versions in it. */
  public static Hello.Builder hello(Role role) {
    return Hello.newBuilder().setRole(role).setProtocolVersion(PROTOCOL_VERSION).setOldestProtocolVersion(OLDEST_PROTOCOL_VERSION);
  }

  /**
   * The newest version that both sides speak, or 0 when there is none. Each side speaks a whole range; ranges that the
   * opener wrote the wrong way round speak nothing.
   */
  static int negotiate(Hello hello, int oldest, int newest) {
    int version = Math.min(hello.getProtocolVersion(), newest);
    boolean both = hello.getProtocolVersion() > 0 && version >= hello.getOldestProtocolVersion() && version >= oldest;
    return both ? version : 0;
  }

  /** A refusal in words for the person at the other end: what is wrong, and what would be right. */
  public static HandshakeRefused refused(HandshakeError error, String message) {
    return HandshakeRefused.newBuilder().setError(error).setMessage(message)
        .setProtocolVersion(PROTOCOL_VERSION).setOldestProtocolVersion(OLDEST_PROTOCOL_VERSION).build();
  }

  /** The refusal of an opener of another cluster, or null when it may come in: one that names no cluster learns it here. */
  public static HandshakeRefused otherCluster(Hello hello, String clusterId) {
    if (hello.getClusterId().isEmpty() || hello.getClusterId().equals(clusterId)) {
      return null;
    }
    return refused(HandshakeError.CLUSTER_ID, "this node belongs to cluster '" + clusterId + "', not to '" + printable(hello.getClusterId())
        + "'; check the endpoints");
  }

  /** At most 64 characters of what a stranger sent, without control characters: fit for a log line or a terminal. */
  static String printable(String text) {
    StringBuilder shown = new StringBuilder();
    for (int i = 0; i < text.length() && i < 64; i++) {
      char c = text.charAt(i);
      shown.append(c >= ' ' && c != 0x7f && !Character.isISOControl(c) ? c : '?');
    }
    return text.length() > 64 ? shown + "..." : shown.toString();
  }
}
