package io.cairn.jepsen.check;

/**
 * What is promised of leases.
 *
 * @param shortestNanos the shortest TTL that is granted
 * @param longestNanos the longest one
 * @param clockRate by how much of itself a time may be measured too long or too short: 0.01 is one in a hundred
 * @param goneNanos within which a lease is gone once its TTL has passed, while its leader stays
 * @param perLeaderNanos what each change of leader may add to that
 * @param perRestartedTtl TTLs that each leader which has restarted may add
 */
public record LeaseBounds(
    long shortestNanos, long longestNanos, double clockRate, long goneNanos, long perLeaderNanos, int perRestartedTtl) {}
