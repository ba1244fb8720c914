/**
 * The data directory: the first thing a node takes and the last it gives back.
 *
 * <pre>
 * DIR/LOCK       held by the process that uses the directory
 * DIR/IDENTITY   whose it is: format, cluster, node, incarnation, peers met ({@link io.cairn.storage.directory.Identity})
 * DIR/log/       the shared Raft log ({@link io.cairn.storage.log})
 * DIR/engine/    the engines ({@link io.cairn.storage.engine})
 * </pre>
 *
 * IDENTITY is replaced, never written over: a new file is written, synced and renamed, and the folder synced. It stands before
 * anything else is made in the directory, so that a folder with a log and no IDENTITY was not left by a crash.
 *
 * <p>Start with {@link io.cairn.storage.directory.NodeDirectory#open}. The path goes on in {@code io.cairn.storage.log}.
 */
package io.cairn.storage.directory;
