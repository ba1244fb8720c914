package io.cairn.client;

/**
 * Leadership of a shard is where it was asked to be.
 *
 * @param from the node that led when the request reached it; {@code to} when nothing had to be done
 * @param to the node that leads now
 */
public record LeaderTransfer(int shard, String from, String to) {}
