package io.cairn.client.who;

import java.util.List;

/**
 * Places each of which waits for the next one, and the last one for the first: unless one of their sessions lets go of what it has there, or gives up
 * waiting, none of them goes on. Which threads of a session have what, places do not say: where one thread waits in one queue, and another one lets
 * go in the other, the circle opens by itself.
 *
 * @param waits in the order of the circle
 */
public record LockCycle(List<Wait> waits) {

  /**
   * One part.
   *
   * @param place which waits, in {@code queue}
   * @param behind the place that has to go first: it is the next part's own, or that of its session
   */
  public record Wait(LockQueue queue, QueuedPlace place, QueuedPlace behind) {}

  public LockCycle {
    waits = List.copyOf(waits);
  }
}
