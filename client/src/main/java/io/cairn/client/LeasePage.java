package io.cairn.client;

import java.util.List;

/**
 * Leases in the order of their ids.
 *
 * @param more whether there are more after the last one
 */
public record LeasePage(List<LeaseDetails> leases, boolean more) {

  public LeasePage {
    leases = List.copyOf(leases);
  }
}
