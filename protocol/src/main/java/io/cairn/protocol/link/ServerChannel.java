package io.cairn.protocol.link;

import com.google.protobuf.MessageLite;
import io.cairn.platform.EventLoop;
import io.cairn.protocol.frame.Frame;
import io.cairn.protocol.frame.FrameChannel;
import io.cairn.protocol.frame.FrameKind;
import io.cairn.protocol.wire.GoAway;
import io.cairn.protocol.wire.GoAwayReason;
import io.cairn.protocol.wire.PeerResponse;

/**
 * A connection that was let in, as its server sees it. Used on its loop only, save {@link #loop()} and {@link #remote()};
 * after its end everything sent is dropped.
 */
public final class ServerChannel {

  private final FrameChannel frames;
  private final String remote;
  private Object attachment;
  private boolean pausedReading;
  private boolean pausedSinceLook;

  ServerChannel(FrameChannel frames) {
    this.frames = frames;
    this.remote = frames.connection().remote();
  }

  public EventLoop loop() {
    return frames.connection().loop();
  }

  /** Whom it connects to, for logs. */
  public String remote() {
    return remote;
  }

  /**
   * Answers a request, wholly or in part: a PeerResponse to a PEER_REQUEST, anything else to a REQUEST. Parts and large
   * answers travel behind the others, so that they hold up nobody; the parts of one request stay in their order.
   *
   * @param more whether further parts follow
   * @throws IllegalArgumentException when it does not fit a frame; see {@link #fits}
   */
  public void respond(long requestId, MessageLite body, boolean more) {
    FrameKind kind = body instanceof PeerResponse ? FrameKind.PEER_RESPONSE : FrameKind.RESPONSE;
    int flags = more ? Frame.MORE : 0;
    if (more || body.getSerializedSize() > Frame.PIECE_BYTES || frames.bulkHolds(kind, requestId)) {
      frames.sendBulk(kind, flags, requestId, body);
    } else {
      frames.send(kind, flags, requestId, body);
    }
  }

  /** Whether an answer of this size can be sent in one. */
  public boolean fits(int bodyBytes) {
    return frames.fits(bodyBytes);
  }

  /** Tells the opener to ask elsewhere; what it has asked is still answered. */
  public void goAway(String message) {
    frames.send(FrameKind.GOAWAY, 0, 0, goAway(GoAwayReason.NODE_STOPPING, message));
  }

  /** Bytes of answers that the network has not taken: what a slow reader makes grow. */
  public long pendingBytes() {
    return frames.pendingBytes();
  }

  /** Stops or resumes reading: back-pressure. A paused connection is not idle, however long it stays paused. */
  public void pauseReading(boolean paused) {
    pausedReading = paused;
    pausedSinceLook |= paused;
    frames.pauseReading(paused);
  }

  /** Hands answers to the network at once, instead of at the end of the turn. */
  public void flush() {
    frames.flush();
  }

  /** Ends the connection after what was sent. */
  public void close() {
    frames.close();
  }

  /** Ends the connection now, whatever was not sent yet: for an opener that does not take it. */
  public void abort() {
    frames.abort();
  }

  public boolean isClosed() {
    return frames.isClosed();
  }

  /** What the server keeps with this connection. */
  public Object attachment() {
    return attachment;
  }

  public void attach(Object kept) {
    this.attachment = kept;
  }

  /** Whether reading was paused at any time since this was last asked: silence then says nothing of the opener. */
  boolean takePaused() {
    boolean was = pausedSinceLook;
    pausedSinceLook = pausedReading;
    return was;
  }

  static GoAway goAway(GoAwayReason reason, String message) {
    return GoAway.newBuilder().setReason(reason).setMessage(message).build();
  }
}
