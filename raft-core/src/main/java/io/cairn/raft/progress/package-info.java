/**
 * How a leader sends to its followers: one {@link io.cairn.raft.progress.Progress} each, with its window of unacknowledged
 * appends ({@link io.cairn.raft.progress.Inflights}).
 *
 * <p>These classes only remember and decide; {@code Leader} is their only user and does the sending. Start with
 * {@link io.cairn.raft.progress.Progress}, whose picture shows the three states.
 */
package io.cairn.raft.progress;
