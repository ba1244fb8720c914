package io.cairn.protocol.link;

import io.cairn.protocol.frame.InboundRoom;
import io.cairn.protocol.transport.Connection;
import io.cairn.protocol.transport.ConnectionHandler;
import io.cairn.protocol.transport.Transport;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The door of one port: takes connections, sees to the handshake, and hands those that were let in to the
 * {@link RequestHandler}. Whatever comes here, the worst is the end of its own connection.
 *
 * <p>Until somebody has said who they are they cost one connection, {@code Frame.HANDSHAKE_FRAME_BYTES_MAX} and a timer; and when all
 * places are taken, the longest of those that have not said it yet gives way to whoever comes next.
 */
public final class Acceptance implements Transport.Acceptor {

  /** As many over the limit are still told why; beyond, they are dropped without a word. */
  private static final int REFUSALS_MAX = 64;
  /** Requests that have not come whole, unless told otherwise. */
  private static final long INBOUND_BYTES_MAX = 32L << 20;

  private final AcceptanceSettings settings;
  private final Judge judge;
  private final RequestHandler handler;
  private final InboundRoom room;
  private final Places places = new Places();

  public Acceptance(AcceptanceSettings settings, Judge judge, RequestHandler handler) {
    this(settings, judge, handler, INBOUND_BYTES_MAX);
  }

  /** @param inboundBytesMax what all connections together may have begun to send and not finished; at least two largest frames */
  public Acceptance(AcceptanceSettings settings, Judge judge, RequestHandler handler, long inboundBytesMax) {
    this.settings = settings;
    this.judge = judge;
    this.handler = handler;
    this.room = new InboundRoom(Math.max(inboundBytesMax, 2L * settings.frameBytesMax()));
  }

  /** Connections there are now, those still shaking hands included. From any thread. */
  public int connections() {
    return places.taken.get();
  }

  /** Bytes of frames and messages that have begun to come and not ended. From any thread. */
  public long inboundBytes() {
    return room.bytes();
  }

  @Override
  public ConnectionHandler accepted(Connection connection) {
    int now = places.taken.incrementAndGet();
    AcceptedConnection accepted = new AcceptedConnection(connection, settings, judge, handler, places, room);
    if (now > settings.connectionsMax() + REFUSALS_MAX) {
      accepted.drop(); // However many are about to give way or to be told: each still has its socket.
    } else if (now > settings.connectionsMax() && !places.makeOne()) {
      accepted.refuseAsTooMany();
    } else {
      places.enter(accepted);
      accepted.awaitHello();
    }
    return accepted.channel();
  }

  /** Who is here, and who of them has not said yet who they are. From any thread. */
  static final class Places {
    private final AtomicInteger taken = new AtomicInteger();
    /** From the one that came first. */
    private final Set<AcceptedConnection> unknown = new LinkedHashSet<>();

    private synchronized void enter(AcceptedConnection connection) {
      unknown.add(connection);
    }

    /** It has said who it is; false when its place was given to somebody else before. */
    synchronized boolean known(AcceptedConnection connection) {
      return unknown.remove(connection);
    }

    void leave(AcceptedConnection connection) {
      taken.decrementAndGet();
      known(connection);
    }

    /** Sends away whoever has been unknown for the longest; false when everybody is known. */
    private synchronized boolean makeOne() {
      var oldest = unknown.iterator();
      if (!oldest.hasNext()) {
        return false;
      }
      AcceptedConnection leaving = oldest.next();
      oldest.remove();
      leaving.giveWay();
      return true;
    }
  }
}
