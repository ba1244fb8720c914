/**
 * How long a cluster of real processes takes no write when its leader is lost: killed, paused, cut off.
 *
 * <p>{@link io.cairn.jepsen.failover.Failover} is run by {@code jepsen-like-tests/failover}; a short form of it by the tests. On its
 * caller's thread.
 */
package io.cairn.jepsen.failover;
