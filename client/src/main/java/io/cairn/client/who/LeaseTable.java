package io.cairn.client.who;

import io.cairn.client.ByteSeq;
import io.cairn.client.LeaseDetails;
import java.util.List;
import java.util.Optional;

/**
 * Leases that have keys in a range.
 *
 * @param revision at which the keys were so
 * @param leases in the order of their first keys
 * @param more whether keys were left out for the bound that was asked for
 */
public record LeaseTable(long revision, List<Entry> leases, boolean more) {

  /**
   * A lease and its keys in the range; it may have others elsewhere.
   *
   * @param details as they were some moments later; empty when it is gone
   */
  public record Entry(long lease, Optional<LeaseDetails> details, List<ByteSeq> keys) {

    public Entry {
      keys = List.copyOf(keys);
    }
  }

  public LeaseTable {
    leases = List.copyOf(leases);
  }
}
