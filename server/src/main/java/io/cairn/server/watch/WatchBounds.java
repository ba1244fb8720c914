package io.cairn.server.watch;

/**
 * What bounds the watches of a node.
 *
 * @param connectionMax watches of one connection
 * @param nodeMax watches of the node
 * @param bytes of recent events kept in memory, and of parts on their way to connections: half for each
 * @param chunkBytes events in one part; one event may exceed it
 * @param partBytes what a part can hold at most, by the size of a frame: any event fits without what it replaced
 */
public record WatchBounds(long connectionMax, long nodeMax, long bytes, int chunkBytes, int partBytes) {}
