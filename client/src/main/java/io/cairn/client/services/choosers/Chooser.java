package io.cairn.client.services.choosers;

import io.cairn.client.services.KnownInstance;
import java.util.List;
import java.util.Optional;

/** Picks an instance. */
@FunctionalInterface
public interface Chooser {

  /**
   * @param candidates in the order of their ids
   * @param key what the call is about; empty when that does not matter
   * @return one of them; empty when there is none
   */
  Optional<KnownInstance> choose(List<KnownInstance> candidates, String key);

  default Optional<KnownInstance> choose(List<KnownInstance> candidates) {
    return choose(candidates, "");
  }

  /** A call to an instance that was chosen here has ended, one way or another: to be said once for each that was chosen. */
  default void ended(KnownInstance chosen) {}
}
