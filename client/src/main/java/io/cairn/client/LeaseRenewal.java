package io.cairn.client;

import java.time.Duration;

/**
 * What a renewal came to.
 *
 * @param ttl how long the lease lives from now on; zero when it is gone, and then for good
 */
public record LeaseRenewal(long id, Duration ttl) {

  public boolean isAlive() {
    return !ttl.isZero();
  }
}
