package io.cairn.client;

import java.time.Duration;

/**
 * A lease that was granted, or revoked.
 *
 * @param id names it in every call; positive
 * @param ttl how long it lives after its grant and after each renewal
 */
public record Lease(long id, Duration ttl) {}
