package io.cairn.client.who;

import io.cairn.client.LeaseDetails;
import java.util.List;
import java.util.Map;

/**
 * Locks that somebody holds or waits for.
 *
 * @param revision at which all of it is so
 * @param queues in the order of their keys
 * @param cycles of places that wait for one another, among those shown: one of each group that is stuck
 * @param leases of the places, as they were some moments later; one that is gone is missing
 * @param more whether places were left out for the bound that was asked for: the last ones of the last queue, and all queues behind that
 */
public record LockTable(long revision, List<LockQueue> queues, List<LockCycle> cycles, Map<Long, LeaseDetails> leases, boolean more) {

  public LockTable {
    queues = List.copyOf(queues);
    cycles = List.copyOf(cycles);
    leases = Map.copyOf(leases);
  }
}
