/**
 * A replica's whole state on its way to another node.
 *
 * <p>{@link io.cairn.storage.snapshot.SnapshotSource} reads one view of the engine, on a thread that may block, and gives chunks of
 * any size; {@link io.cairn.storage.snapshot.SnapshotSink}, on the receiving node's apply loop, checks them and writes them under a
 * store number of their own. Then the caller, in this order: switches the replica's pieces in the
 * {@link io.cairn.storage.catalog.ReplicaCatalog} by one small batch, flushes the engine, restarts the replica's log at the
 * header's applied (index, term), opens the new store, deletes the old one. The stream is described in {@code SnapshotStream}.
 */
package io.cairn.storage.snapshot;
