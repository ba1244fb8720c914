package io.cairn.protocol.frame;

/** What a frame is. A kind is added only together with a new protocol version, since an unknown one ends the connection. */
public enum FrameKind {
  /** The opener's first frame; body {@code Hello}. */
  HELLO(1),
  /** The acceptor lets it in; body {@code Welcome}. */
  WELCOME(2),
  /** The acceptor does not, and closes; body {@code HandshakeRefused}. */
  HANDSHAKE_REFUSED(3),
  /** A client's request; body {@code Request}. */
  REQUEST(4),
  /** An answer, or a part of one ({@link Frame#MORE}); body {@code Response}. */
  RESPONSE(5),
  /** The opener no longer waits for the request of this id; no body, no answer. */
  CANCEL(6),
  /** Asks for a {@link #PONG} of the same id, so that a peer that is gone is noticed; no body. */
  PING(7),
  PONG(8),
  /** The sender takes no new requests; body {@code GoAway}. */
  GOAWAY(9),
  /** Raft messages of one loop turn, one way; body {@code RaftBatch}. */
  RAFT(16),
  /** A node asks a node; body {@code PeerRequest}. */
  PEER_REQUEST(17),
  /** Its answer; body {@code PeerResponse}. */
  PEER_RESPONSE(18);

  private static final FrameKind[] BY_CODE = new FrameKind[19];

  static {
    for (FrameKind kind : values()) {
      BY_CODE[kind.code] = kind;
    }
  }

  private final int code;

  FrameKind(int code) {
    this.code = code;
  }

  /** The byte on the wire. */
  public int code() {
    return code;
  }

  /** The kind of this byte, or null: this software knows none. */
  static FrameKind of(int code) {
    return code < BY_CODE.length ? BY_CODE[code] : null;
  }
}
