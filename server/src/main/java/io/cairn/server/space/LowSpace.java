package io.cairn.server.space;

/**
 * A disk that is nearly full.
 *
 * @param freeBytes what is left
 * @param minBytes the node's {@code storage.free-space-min}
 * @param againBytes with so many free what grows is taken again
 * @param held what is applied cannot be flushed any more, so that nothing may be added at all
 */
public record LowSpace(long freeBytes, long minBytes, long againBytes, boolean held) {}
