package io.cairn.client.core;

import io.cairn.protocol.wire.Request;
import io.cairn.protocol.wire.Response;

/** The way to one address: one connection at a time, opened anew with backoff when it is lost. Used on the client's loop only. */
interface NodeLink {

  /** Begins to connect, and to keep connected; nothing when it already does. */
  void connect();

  boolean isUp();

  /**
   * Sends {@code request} on the connection there is. Exactly one of {@link Reply#done} and {@link Reply#failed} follows, within
   * {@code timeoutNanos}, and never during this call. What is sent in one turn of the loop leaves in one write.
   *
   * @return a number for {@link #cancel}
   */
  long call(Request request, long timeoutNanos, Reply reply);

  /** Nobody waits for that answer any more. */
  void cancel(long id);

  /** Ends the connection and all attempts; what is open fails. */
  void close();

  /** Why there is no answer. */
  enum Failure {
    /** The connection ended, or there was none. */
    LOST,
    /** Too much is under way to this node. */
    BUSY,
    /** The request is larger than the node takes. */
    TOO_LARGE
  }

  /** Hears the answer to one call. */
  interface Reply {
    /** A piece of an answer that comes in several. */
    void part(Response response);

    void done(Response response);

    /** @param mayHaveBeenSent false: the node certainly never gets this request */
    void failed(Failure why, String reason, boolean mayHaveBeenSent);
  }

  /** Hears of the connection itself. */
  interface Watcher {
    /** @param nodeName as the node calls itself */
    void up(String nodeName);

    /**
     * The connection was lost, or an attempt to make one failed.
     *
     * @param refused whether the node itself did not want it: another cluster, another protocol version
     */
    void down(String reason, boolean refused);
  }
}
