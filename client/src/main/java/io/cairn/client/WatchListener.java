package io.cairn.client;

import java.util.Optional;

/**
 * Hears of a watch, one call after the other, on the client's callback threads: it may block, and may itself call the client. As long as it
 * takes its time, the watch is sent no more than its credit.
 */
@FunctionalInterface
public interface WatchListener {

  /** What happened, or that nothing did. */
  void batch(WatchBatch batch);

  /**
   * It fares differently now.
   *
   * @param why it does not stand, when it does not
   */
  default void stateChanged(WatchState state, Optional<KvException> why) {}
}
