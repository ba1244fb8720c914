package io.cairn.server.node;

import io.cairn.server.config.Limits;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How many connections each port takes. Clients and peers share the files that the process may open, so clients get what is left
 * when the log, the engine and the peers have theirs: however many clients come, a peer is never refused on their account.
 *
 * @param clients most connections of clients
 * @param peers most connections on the peers' port: a few for each node of the cluster, and for those that only look in
 */
record ConnectionBounds(int clients, int peers) {
  private static final Logger log = LoggerFactory.getLogger(ConnectionBounds.class);
  /** The engine keeps at most 512 files open, the log and the rest some dozens. */
  private static final int FILES_OF_THE_NODE = 640;
  private static final int PEERS = 128;
  /** The kernel has a connection before the node can count it, and one that is refused goes a moment later. */
  private static final int ON_THE_WAY = 128;

  /** @param openFilesMax what the process may have open */
  static ConnectionBounds of(Limits limits, long openFilesMax) {
    long left = openFilesMax - FILES_OF_THE_NODE - PEERS - ON_THE_WAY;
    long clients = Math.min(limits.connectionsMax(), Math.max(1, left));
    if (clients < limits.connectionsMax()) {
      log.warn("the process may open {} files: {} clients at a time are taken, not {} (limits.connections-max); raise the limit of open "
          + "files (ulimit -n, LimitNOFILE)", openFilesMax, clients, limits.connectionsMax());
    }
    return new ConnectionBounds((int) clients, PEERS);
  }
}
