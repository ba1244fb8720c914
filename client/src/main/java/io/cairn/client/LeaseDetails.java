package io.cairn.client;

import java.time.Duration;
import java.util.List;

/**
 * A lease as the server has it.
 *
 * @param ttl as it was granted
 * @param remaining what is left, by the server's clock: from zero to {@code ttl}
 * @param ending whether its end has begun: nothing is added to it, and its keys are on their way out
 * @param keys those under it, when they were asked for
 * @param moreKeys whether it has more than one answer shows (10,000, or 1 MiB of them)
 */
public record LeaseDetails(long id, Duration ttl, Duration remaining, boolean ending, List<ByteSeq> keys, boolean moreKeys) {

  public LeaseDetails {
    keys = List.copyOf(keys);
  }
}
