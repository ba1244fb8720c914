package io.cairn.client.services;

import java.util.List;

/**
 * What a view knew at one moment. Immutable.
 *
 * @param revision up to which nothing is missing; 0 before anything was read
 * @param instances all that are known, in the order of their ids: also those that drain or fail, and suspected ones while it panics
 * @param candidates those of them that calls may go to
 * @param isPanicking whether so many entries went without a word that those are kept, as suspected
 * @param ignoresHealth whether so many fail that health is not looked at
 * @param unreadable entries that this client cannot read, among those of its service
 */
public record ServiceSnapshot(String service, long revision, List<KnownInstance> instances, List<KnownInstance> candidates, boolean isPanicking,
    boolean ignoresHealth, int unreadable) {

  public ServiceSnapshot {
    instances = List.copyOf(instances);
    candidates = List.copyOf(candidates);
  }

  /** Whether somebody who looks at instances sees the same. */
  boolean showsAs(ServiceSnapshot other) {
    return instances.equals(other.instances) && candidates.equals(other.candidates) && isPanicking == other.isPanicking
        && ignoresHealth == other.ignoresHealth && unreadable == other.unreadable;
  }
}
