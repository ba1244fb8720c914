/**
 * How things end: {@link io.cairn.server.outcome.Outcome} is Done, Refused or Unknown, from the replica to the wire. The fourth
 * kind, Broken, is not an outcome of a request: it stops the node ({@link io.cairn.server.outcome.FailStop}). A connection
 * that is refused never gets as far as a request ({@link io.cairn.server.outcome.RefusedConnections}).
 */
package io.cairn.server.outcome;
