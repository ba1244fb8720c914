package io.cairn.client;

import java.util.Optional;

/**
 * What became of a conditional put.
 *
 * @param revision the put's own, or one at which the condition did not hold
 * @param swapped whether the value was put
 * @param found what stood there instead, when it was not put and there was something
 */
public record SwapResult(long revision, boolean swapped, Optional<KeyValue> found) {}
