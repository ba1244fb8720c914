package io.cairn.client;

import java.time.Duration;

/**
 * A watch as the node that serves it has it.
 *
 * @param connection its connection's number at that node, in the order in which they were opened since the node started
 * @param peer the other end of the connection, as {@code HOST:PORT}
 * @param id its request's, on that connection
 * @param open since when
 * @param revision what concerns it was sent up to this one
 * @param knownRevision up to this one the node could send it
 * @param behind whether it is being brought up, or waits for its reader
 * @param creditBytes of events that may still be sent before its reader says that it has taken some
 */
public record OpenWatch(String node, long connection, String peer, long id, KeyRange range, Duration open, long revision, long knownRevision,
    boolean behind, long creditBytes) {

  /** How many revisions it is behind what its node knows; how many of them concern it nobody has counted. */
  public long lag() {
    return Math.max(0, knownRevision - revision);
  }
}
