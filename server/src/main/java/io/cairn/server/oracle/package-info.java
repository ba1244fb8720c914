/**
 * Where revisions come from.
 *
 * <p>The leader of the system shard hands them out, in memory, from a window whose end is committed through that shard's log
 * ({@link io.cairn.server.oracle.RevisionOracle}), and only while it holds its leader lease. Every node asks through one
 * {@link io.cairn.server.oracle.Revisions}: one request is open at a time, for the closed batches of all its shards; when the
 * oracle is on the same node the request is a method call. Design: docs/architecture.md, "Revisions".
 */
package io.cairn.server.oracle;
