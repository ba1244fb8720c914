package io.cairn.protocol.transport;

import io.cairn.platform.EventLoop;
import java.io.IOException;
import java.util.List;

/** Opens and accepts streams of bytes. */
public interface Transport extends AutoCloseable {

  /**
   * The loops on which connections live. Whoever owns state that connections ask for may put it on one of these, so that a
   * request crosses no thread.
   */
  List<EventLoop> loops();

  /**
   * Listens until the result is closed. Port 0 picks a free one ({@link Listening#address()} tells).
   *
   * @throws IOException when the address cannot be bound; the message names it
   */
  Listening listen(HostPort address, Acceptor acceptor) throws IOException;

  /** Connects on {@code loop}, one of {@link #loops()}; exactly one method of {@code connector} is called, on that loop. */
  void connect(HostPort address, long timeoutNanos, EventLoop loop, Connector connector);

  /** What the transport is made of, such as {@code epoll} or {@code nio}; for the log. */
  String kind();

  @Override
  void close();

  /** An open port. */
  interface Listening extends AutoCloseable {
    HostPort address();

    @Override
    void close();
  }

  /** Gives each accepted connection its handler, on the connection's loop. */
  interface Acceptor {
    ConnectionHandler accepted(Connection connection);
  }

  /** Hears how connecting ended. */
  interface Connector {
    ConnectionHandler connected(Connection connection);

    void failed(IOException cause);
  }
}
