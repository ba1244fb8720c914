package io.cairn.protocol.link;

import com.google.protobuf.MessageLite;
import io.cairn.platform.Clock;
import io.cairn.platform.EventLoop;
import io.cairn.platform.RandomSource;
import io.cairn.protocol.frame.FrameKind;
import io.cairn.protocol.frame.Frame;
import io.cairn.protocol.link.CallFailure.Reason;
import io.cairn.protocol.transport.Connection;
import io.cairn.protocol.transport.ConnectionHandler;
import io.cairn.protocol.transport.HostPort;
import io.cairn.protocol.transport.Transport;
import io.cairn.protocol.wire.HandshakeRefused;
import io.cairn.protocol.wire.Hello;
import io.cairn.protocol.wire.Welcome;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.util.function.Supplier;

/**
 * The opener's side of one connection to one address, kept alive until closed: it connects, shakes hands, notices a silent
 * peer, and begins again after a pause when the connection is lost. The client library and the traffic between nodes stand
 * on it alike.
 *
 * <p>Lives on one loop; {@link #ready}, {@link #close} and {@link #start} may be called from anywhere. A call is tried on the
 * connection there is, never on a later one: whether to ask again is for the caller to say, who knows whether that is safe.
 */
public final class Link implements AutoCloseable {

  private static final long TIMEOUT_NANOS_MAX = 365L * 24 * 3_600 * 1_000_000_000L;

  private final Transport transport;
  private final EventLoop loop;
  private final HostPort address;
  private final Supplier<Hello> hello;
  private final LinkSettings settings;
  private final Clock clock;
  private final LinkListener listener;
  private final Backoff backoff;
  private final OpenCalls calls;
  /** The connection under way or open; null in the pause between two. */
  private LinkSession session;
  private EventLoop.Timer retry;
  private long lastId;
  private long readySinceNanos;
  private long lateAnswers;
  private boolean started;
  private boolean closed;
  private volatile boolean ready;

  /**
   * @param loop one of the transport's
   * @param hello what to say first; asked for each connection anew
   * @param random for the pauses between attempts
   */
  public Link(Transport transport, EventLoop loop, HostPort address, Supplier<Hello> hello, LinkSettings settings, Clock clock,
      RandomSource random, LinkListener listener) {
    this.transport = transport;
    this.loop = loop;
    this.address = address;
    this.hello = hello;
    this.settings = settings;
    this.clock = clock;
    this.listener = listener;
    this.backoff = new Backoff(settings.backoffMinNanos(), settings.backoffMaxNanos(), random);
    this.calls = new OpenCalls(clock, loop, this::timedOut);
  }

  /** Begins to connect. */
  public void start() {
    loop.run(() -> {
      if (!started && !closed) {
        started = true;
        connect();
      }
    });
  }

  public HostPort address() {
    return address;
  }

  public EventLoop loop() {
    return loop;
  }

  /** Whether calls are taken now. From any thread it is a hint; on the loop, true as long as the turn lasts. */
  public boolean ready() {
    return ready;
  }

  /** The sum of the bodies of the calls that wait for an answer. */
  public long inFlightBytes() {
    return calls.bytes();
  }

  public int openCalls() {
    return calls.count();
  }

  /** Bytes given to this link that the network has not taken. */
  public long pendingBytes() {
    return session == null || session.channel() == null ? 0 : session.channel().pendingBytes();
  }

  /** Answers that came when nobody waited for them any more. */
  public long lateAnswers() {
    return lateAnswers;
  }

  /**
   * Asks, and hands the answer to {@code reply}. Large requests travel in pieces.
   *
   * @param kind REQUEST or PEER_REQUEST
   * @return the request's id: unique in the life of this link, through all its connections
   */
  public long call(FrameKind kind, MessageLite body, long timeoutNanos, Reply reply) {
    long id = ++lastId;
    int bytes = body.getSerializedSize();
    CallFailure refused = refusal(bytes);
    if (refused != null) {
      loop.execute(() -> reply.failed(false, refused));
      return id;
    }
    long deadline = clock.nanoTime() + Math.max(0, Math.min(timeoutNanos, TIMEOUT_NANOS_MAX));
    OpenCalls.Call call = new OpenCalls.Call(id, deadline, bytes, reply);
    call.bulk = bytes > Frame.PIECE_BYTES;
    call.kind = kind;
    call.mark = call.bulk ? session.channel().sendBulk(kind, 0, id, body) : session.channel().send(kind, 0, id, body);
    calls.add(call);
    return id;
  }

  /** Gives a call up: its reply fails as CANCELLED, and the other side is told. Nothing happens when it is not open. */
  public void cancel(long id) {
    OpenCalls.Call call = calls.remove(id);
    if (call != null) {
      boolean sent = giveUp(call);
      loop.execute(() -> call.reply.failed(sent, new CallFailure(Reason.CANCELLED, "the call was given up", null)));
    }
  }

  /**
   * Sends a message that has no answer and may be lost.
   *
   * @param bulk whether it may wait behind others, in pieces
   * @return false when it was dropped: not connected, too much waiting, or too large for the other side
   */
  public boolean send(FrameKind kind, MessageLite body, boolean bulk) {
    if (!ready || pendingBytes() > settings.oneWayPendingBytesMax() || !session.channel().fits(body.getSerializedSize())) {
      return false;
    }
    if (bulk) {
      session.channel().sendBulk(kind, 0, ++lastId, body);
    } else {
      session.channel().send(kind, 0, ++lastId, body);
    }
    return true;
  }

  /** Hands what was sent to the network at once, instead of at the end of the turn. */
  public void flush() {
    if (session != null && session.channel() != null) {
      session.channel().flush();
    }
  }

  /** Ends the connection and all attempts. Open calls fail. From any thread; idempotent. */
  @Override
  public void close() {
    loop.run(() -> {
      if (!closed) {
        closed = true;
        if (retry != null) {
          retry.cancel();
          retry = null;
        }
        end(session, Reason.CLOSED, new CallFailure(Reason.CLOSED, "the link to " + address + " was closed", null));
      }
    });
  }

  // What follows is for the session.

  LinkSettings settings() {
    return settings;
  }

  boolean isCurrent(LinkSession candidate) {
    return session == candidate;
  }

  void welcomed(Welcome welcome) {
    ready = true;
    readySinceNanos = clock.nanoTime();
    listener.connected(welcome);
  }

  void refusedBy(LinkSession ended, HandshakeRefused refusal) {
    if (isCurrent(ended)) {
      session = null;
      ended.discard(true);
      retryLater();
      listener.refused(refusal);
    }
  }

  /** An answer to a call of ours; {@code more} when others follow. */
  void answered(long id, ByteBuf body, boolean more) {
    OpenCalls.Call call = more ? calls.find(id) : calls.remove(id);
    if (call == null) {
      lateAnswers++;
    } else if (more) {
      call.reply.part(body);
    } else {
      call.reply.done(body);
      if (session != null) {
        session.drainedIf(calls.count() == 0);
      }
    }
  }

  void other(FrameKind kind, int flags, long id, ByteBuf body) {
    if (kind == FrameKind.GOAWAY) {
      ready = false;
    }
    listener.frame(kind, flags, id, body);
  }

  /** The connection is of no use any more, or never came to be. */
  void lost(LinkSession ended, IOException cause) {
    if (isCurrent(ended)) {
      end(ended, Reason.DISCONNECTED, cause);
    }
  }

  private void connect() {
    retry = null;
    LinkSession opened = new LinkSession(this, loop, hello.get());
    session = opened;
    transport.connect(address, settings.connectTimeoutNanos(), loop, new Transport.Connector() {
      @Override
      public ConnectionHandler connected(Connection connection) {
        return opened.connected(connection);
      }

      @Override
      public void failed(IOException cause) {
        lost(opened, cause);
      }
    });
  }

  private void end(LinkSession ended, Reason reason, IOException cause) {
    boolean held = ready && clock.nanoTime() - readySinceNanos >= settings.backoffMaxNanos();
    ready = false;
    session = null;
    if (ended != null) {
      ended.discard(closed); // Before the marks are asked for: it may hand over what was gathered.
    }
    if (held) {
      backoff.reset();
    }
    if (!closed) {
      retryLater();
    }
    var open = calls.removeAll();
    if (ended != null) {
      listener.disconnected(cause);
    }
    for (OpenCalls.Call call : open) {
      boolean sent = ended != null && ended.handedOver(call.mark);
      call.reply.failed(sent, new CallFailure(reason, "the connection to " + address + " ended before the answer: " + cause.getMessage(), cause));
    }
  }

  private void retryLater() {
    retry = loop.schedule(backoff.nextNanos(), this::connect);
  }

  private CallFailure refusal(int bytes) {
    if (closed) {
      return new CallFailure(Reason.CLOSED, "the link to " + address + " is closed", null);
    }
    if (!ready) {
      return new CallFailure(Reason.NOT_CONNECTED, "there is no connection to " + address + " now", null);
    }
    if (!session.channel().fits(bytes)) {
      return new CallFailure(Reason.TOO_LARGE, "a request of " + bytes + " bytes is larger than " + address + " takes", null);
    }
    long inFlight = calls.bytes();
    if (inFlight > 0 && inFlight + bytes > settings.inFlightBytesMax()) {
      return new CallFailure(Reason.OVERLOADED, inFlight + " bytes are in flight to " + address + ", at most "
          + settings.inFlightBytesMax() + " may be", null);
    }
    return null;
  }

  private void timedOut(OpenCalls.Call call) {
    boolean sent = giveUp(call);
    call.reply.failed(sent, new CallFailure(Reason.TIMEOUT, "no answer from " + address + " in time", null));
  }

  /** Tells the other side that nobody waits for this call, or takes it back. Returns whether it may have been sent. */
  private boolean giveUp(OpenCalls.Call call) {
    if (session == null) {
      return false;
    }
    if (call.bulk && session.channel().dropBulk(call.kind, call.id)) {
      return false;
    }
    if (call.bulk && !session.handedOver(call.mark)) {
      session.channel().sendBulk(FrameKind.CANCEL, 0, call.id, (MessageLite) null); // Must not overtake the request's last piece.
    } else {
      session.channel().send(FrameKind.CANCEL, call.id);
    }
    session.drainedIf(calls.count() == 0);
    return true;
  }
}
