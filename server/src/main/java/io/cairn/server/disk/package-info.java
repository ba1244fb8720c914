/**
 * # Room 4a of 6 on the path of a `put`: durable before it is promised
 *
 * <p>{@link io.cairn.server.disk.LogWriter} gathers what the replicas of the node want written and makes it durable with one sync, on a
 * loop of its own that may block. {@link io.cairn.server.disk.EngineFlusher} makes applied state durable in the background and tells
 * the log what it may drop: never more than was flushed.
 */
package io.cairn.server.disk;
