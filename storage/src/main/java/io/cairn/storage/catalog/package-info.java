/**
 * Which replicas this node has, and where in an engine each one's data lies.
 *
 * <p>A {@link io.cairn.storage.catalog.ReplicaRecord} ties a shard's replica to store numbers; a number is given once for life.
 * So a snapshot is written beside the old data, under a new number, and one small batch switches over; whatever a crash leaves
 * behind is what no record refers to, and is swept at boot. Records are changed by the engine's apply loop, in batches that the
 * caller writes and flushes. The way goes on in {@link io.cairn.storage.snapshot}.
 */
package io.cairn.storage.catalog;
