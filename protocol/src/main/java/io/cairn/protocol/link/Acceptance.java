package io.cairn.protocol.link;

import io.cairn.protocol.transport.Connection;
import io.cairn.protocol.transport.ConnectionHandler;
import io.cairn.protocol.transport.Transport;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The door of one port: takes connections, sees to the handshake, and hands those that were let in to the
 * {@link RequestHandler}. Whatever comes here, the worst is the end of its own connection.
 *
 * <p>Until somebody has said who they are they cost one connection, {@code Frame.HANDSHAKE_FRAME_BYTES_MAX} and a timer.
 */
public final class Acceptance implements Transport.Acceptor {

  /** As many over the limit are still told why; beyond, they are dropped without a word. */
  private static final int REFUSALS_MAX = 64;

  private final AcceptanceSettings settings;
  private final Judge judge;
  private final RequestHandler handler;
  private final AtomicInteger connections = new AtomicInteger();

  public Acceptance(AcceptanceSettings settings, Judge judge, RequestHandler handler) {
    this.settings = settings;
    this.judge = judge;
    this.handler = handler;
  }

  /** Connections there are now, those still shaking hands included. From any thread. */
  public int connections() {
    return connections.get();
  }

  @Override
  public ConnectionHandler accepted(Connection connection) {
    int now = connections.incrementAndGet();
    AcceptedConnection accepted = new AcceptedConnection(connection, settings, judge, handler, connections::decrementAndGet);
    if (now > settings.connectionsMax() + REFUSALS_MAX) {
      accepted.drop();
    } else if (now > settings.connectionsMax()) {
      accepted.refuseAsTooMany();
    } else {
      accepted.awaitHello();
    }
    return accepted.channel();
  }
}
