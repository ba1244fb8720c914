package io.cairn.client;

import java.util.Optional;

/**
 * What became of a put.
 *
 * @param revision the put's own
 * @param previous what it replaced, when {@link PutOptions#withPrevious()} asked for it and there was something
 * @param lease of a put with a TTL the lease that it was granted, for {@link KvClient#leases}; else 0
 */
public record PutResult(long revision, Optional<KeyValue> previous, long lease) {}
