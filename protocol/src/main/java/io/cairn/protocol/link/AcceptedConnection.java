package io.cairn.protocol.link;

import io.cairn.platform.EventLoop;
import io.cairn.protocol.frame.Frame;
import io.cairn.protocol.frame.FrameChannel;
import io.cairn.protocol.frame.FrameException;
import io.cairn.protocol.frame.FrameException.Fault;
import io.cairn.protocol.frame.FrameKind;
import io.cairn.protocol.frame.InboundRoom;
import io.cairn.protocol.transport.Connection;
import io.cairn.protocol.wire.GoAwayReason;
import io.cairn.protocol.wire.HandshakeError;
import io.cairn.protocol.wire.HandshakeRefused;
import io.cairn.protocol.wire.Hello;
import io.cairn.protocol.wire.Role;
import io.cairn.protocol.wire.Welcome;
import io.netty.buffer.ByteBuf;

/** One accepted connection, from its first byte to its last: waits for the Hello, for the verdict, then serves. */
final class AcceptedConnection implements FrameChannel.Receiver {

  private enum State { AWAITING_HELLO, AWAITING_VERDICT, OPEN, REFUSED }

  /** Silence is looked for so many times in the idle timeout. */
  private static final int LOOKS = 3;
  /** A message in pieces has so many looks to come whole: two idle timeouts. */
  private static final int JOINING_LOOKS = 2 * LOOKS;
  /** A reader that takes less between two looks, with answers waiting for it, counts as one that stands still. */
  private static final long TAKEN_BYTES_MIN = 64 << 10;

  private final AcceptanceSettings settings;
  private final Judge judge;
  private final RequestHandler handler;
  private final Acceptance.Places places;
  private final EventLoop loop;
  private final FrameChannel channel;
  private final String remote;
  private State state = State.AWAITING_HELLO;
  private ServerChannel server;
  private EventLoop.Timer timer;
  private boolean heard;
  private int silentLooks;
  private long takenAtLook;
  private int stalledLooks;
  private long joiningAtLook;
  private int joiningLooks;

  AcceptedConnection(Connection connection, AcceptanceSettings settings, Judge judge, RequestHandler handler, Acceptance.Places places,
      InboundRoom room) {
    this.settings = settings;
    this.judge = judge;
    this.handler = handler;
    this.places = places;
    this.loop = connection.loop();
    this.remote = connection.remote();
    this.channel = new FrameChannel(connection, Frame.HANDSHAKE_FRAME_BYTES_MAX, room, this);
  }

  FrameChannel channel() {
    return channel;
  }

  void awaitHello() {
    long millis = settings.handshakeTimeoutNanos() / 1_000_000;
    timer = loop.schedule(settings.handshakeTimeoutNanos(), () -> refuse(Handshake.refused(HandshakeError.MALFORMED,
        state == State.AWAITING_HELLO
            ? "no HELLO frame came within " + millis + " ms"
            : "the handshake was not decided within " + millis + " ms; try again")));
  }

  void refuseAsTooMany() {
    refuse(Handshake.refused(HandshakeError.TOO_MANY_CONNECTIONS, "this node has " + settings.connectionsMax()
        + " connections, which is its limit; try another node or later"));
  }

  void drop() {
    state = State.REFUSED;
    channel.abort();
  }

  /** Makes room for somebody else, if nobody knows yet who this is. From any thread. */
  void giveWay() {
    loop.execute(() -> {
      if (state == State.AWAITING_HELLO || state == State.AWAITING_VERDICT) {
        stopTimer();
        drop();
      }
    });
  }

  @Override
  public void frame(FrameKind kind, int flags, long requestId, ByteBuf body) throws FrameException {
    heard = true;
    switch (state) {
      case AWAITING_HELLO -> hello(kind, body);
      case AWAITING_VERDICT -> throw new FrameException(Fault.UNEXPECTED, "a " + kind + " frame came before the answer to the HELLO");
      case OPEN -> request(kind, flags, requestId, body);
      case REFUSED -> { }
    }
  }

  @Override
  public void turnEnded() {
    if (state == State.OPEN) {
      handler.turnEnded(server);
    }
  }

  @Override
  public void writable() {
    if (state == State.OPEN) {
      handler.writable(server);
    }
  }

  @Override
  public void malformed(FrameException cause) {
    boolean noRoom = cause.fault() == Fault.NO_ROOM;
    if (state == State.OPEN) {
      channel.send(FrameKind.GOAWAY, 0, 0,
          ServerChannel.goAway(noRoom ? GoAwayReason.NO_ROOM : GoAwayReason.PROTOCOL_ERROR, cause.getMessage()));
    } else {
      refuse(Handshake.refused(noRoom ? HandshakeError.TOO_MANY_CONNECTIONS : HandshakeError.MALFORMED, cause.getMessage()));
    }
  }

  @Override
  public void closed(Throwable cause) {
    stopTimer();
    places.leave(this);
    if (state == State.OPEN) {
      handler.closed(server, cause);
    }
    state = State.REFUSED;
  }

  private void hello(FrameKind kind, ByteBuf body) throws FrameException {
    if (kind != FrameKind.HELLO) {
      throw new FrameException(Fault.UNEXPECTED, "the first frame must be a HELLO, was a " + kind);
    }
    Hello hello = Frame.parse(Hello.parser(), body);
    Role role = hello.getRole();
    if (role != Role.CLIENT && role != Role.PEER) {
      throw new FrameException(Fault.BODY, "a HELLO must say whether a CLIENT or a PEER opened the connection");
    }
    if (role != settings.role()) {
      refuse(Handshake.refused(HandshakeError.WRONG_PORT, role == Role.CLIENT
          ? "this port is for the nodes of the cluster; clients connect to the client port"
          : "this port is for clients; nodes connect to the peer port"));
      return;
    }
    int version = Handshake.negotiate(hello, settings.oldestProtocolVersion(), settings.newestProtocolVersion());
    if (version == 0) {
      refuse(Handshake.refused(HandshakeError.VERSION, "this node speaks protocol versions " + settings.oldestProtocolVersion() + " to "
          + settings.newestProtocolVersion() + ", the other side " + Integer.toUnsignedString(hello.getOldestProtocolVersion()) + " to "
          + Integer.toUnsignedString(hello.getProtocolVersion())));
      return;
    }
    state = State.AWAITING_VERDICT;
    judge.judge(hello, remote, new Judge.Verdict() {
      @Override
      public void welcome(Welcome welcome) {
        loop.run(() -> open(hello, welcome, version));
      }

      @Override
      public void refuse(HandshakeRefused refusal) {
        loop.run(() -> {
          if (state == State.AWAITING_VERDICT) {
            AcceptedConnection.this.refuse(refusal);
          }
        });
      }
    });
  }

  private void open(Hello hello, Welcome welcome, int version) {
    if (state != State.AWAITING_VERDICT) {
      return;
    }
    if (!places.known(this)) {
      drop(); // It was to give way already, and its HELLO came first.
      return;
    }
    state = State.OPEN;
    stopTimer();
    channel.send(FrameKind.WELCOME, 0, 0,
        welcome.toBuilder().setProtocolVersion(version).setFrameBytesMax(settings.frameBytesMax()).build());
    channel.frameLimits(settings.frameBytesMax(), settings.frameBytesMax());
    server = new ServerChannel(channel);
    lookLater();
    handler.opened(server, hello);
  }

  /** Says why, and closes. What the opener still sends is not read. */
  private void refuse(HandshakeRefused refusal) {
    if (state == State.REFUSED) {
      return;
    }
    state = State.REFUSED;
    stopTimer();
    HandshakeRefused said = refusal.toBuilder().setProtocolVersion(settings.newestProtocolVersion())
        .setOldestProtocolVersion(settings.oldestProtocolVersion()).build();
    handler.refused(remote, said);
    channel.send(FrameKind.HANDSHAKE_REFUSED, 0, 0, said);
    channel.close();
  }

  private void request(FrameKind kind, int flags, long requestId, ByteBuf body) throws FrameException {
    switch (kind) {
      case REQUEST -> handler.frame(server, kind, flags, requestId, body);
      case RAFT, PEER_REQUEST -> {
        if (settings.role() != Role.PEER) {
          throw new FrameException(Fault.UNEXPECTED, "a client may not send " + kind + " frames");
        }
        handler.frame(server, kind, flags, requestId, body);
      }
      case CANCEL -> handler.cancelled(server, requestId);
      case PING -> channel.send(FrameKind.PONG, requestId);
      case PONG, GOAWAY -> { }
      default -> throw new FrameException(Fault.UNEXPECTED, "a " + kind + " frame may not come from the side that opened the connection");
    }
  }

  private void lookLater() {
    timer = loop.schedule(settings.idleTimeoutNanos() / LOOKS, this::look);
  }

  /**
   * Silence for all of the idle timeout: a live opener would have sent PINGs, so it is gone without a word. Answers that it does not
   * take for as long, and a message that it begins and does not end, hold memory that others need: it goes too, however lively it is.
   */
  private void look() {
    silentLooks = server.takePaused() || heard ? 0 : silentLooks + 1;
    heard = false;
    long taken = channel.takenBytes();
    stalledLooks = channel.pendingBytes() > 0 && taken - takenAtLook < TAKEN_BYTES_MIN ? stalledLooks + 1 : 0;
    takenAtLook = taken;
    long joining = channel.joining();
    joiningLooks = joining != 0 && joining == joiningAtLook ? joiningLooks + 1 : 0;
    joiningAtLook = joining;
    if (silentLooks >= LOOKS || stalledLooks >= LOOKS || joiningLooks >= JOINING_LOOKS) {
      channel.abort();
    } else {
      lookLater();
    }
  }

  private void stopTimer() {
    if (timer != null) {
      timer.cancel();
      timer = null;
    }
  }
}
