package io.cairn.client;

import java.util.List;

/**
 * What became of a key, as far as that is kept.
 *
 * @param revision nothing at or below it is missing at the new end
 * @param events newest first
 * @param more whether the limit left older ones out
 * @param cut whether older ones were dropped: those at or below {@code compacted}
 * @param compacted the oldest revision that can be read; 0 while nothing was compacted
 */
public record KeyHistory(long revision, List<KeyEvent> events, boolean more, boolean cut, long compacted) {

  public KeyHistory {
    events = List.copyOf(events);
  }
}
