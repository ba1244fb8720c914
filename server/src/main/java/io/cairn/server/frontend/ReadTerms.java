package io.cairn.server.frontend;

import io.cairn.protocol.wire.Consistency;
import io.cairn.protocol.wire.Request;

/**
 * How fresh a read is to be.
 *
 * @param floor what it shows is not below this: what the client has seen, and what it asks for by name. Not for a serializable
 *     read, the only one that may answer below what was seen.
 * @param revision the past revision to read at; 0 for the newest
 */
record ReadTerms(Consistency consistency, long floor, long revision) {

  static ReadTerms of(Request request, long revision) {
    return new ReadTerms(request.getConsistency(), Math.max(request.getSeen(), request.getAtLeast()), revision);
  }

  /** A revision at which the shards must be resolved before anything is shown. */
  long context() {
    return Math.max(floor, revision);
  }
}
