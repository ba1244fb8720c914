package io.cairn.server.lock;

import io.cairn.protocol.wire.LockPlace.Mode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Who of a queue is granted. A function of its places and nothing else, so every leader says the same.
 *
 * <p><b>Invariant.</b> A place that is granted stays so while it is there: places come behind all others, and the going of one before it can
 * only help. So a place that was once seen waiting was never granted before that, by any leader.
 */
final class LockOrder {

  /** @param before how many places are before it */
  record Standing(Place place, boolean granted, int before) {}

  private static final Comparator<Place> FIRST_COME = Comparator.comparingLong(Place::token)
      .thenComparing(place -> place.key().asReadOnlyByteBuffer());

  private LockOrder() {}

  /** In the order of the queue. */
  static List<Standing> of(List<Place> places) {
    var standings = new ArrayList<Standing>(places.size());
    boolean sharedOnly = true;
    boolean permitsOnly = true;
    long taken = 0;
    for (Place place : places.stream().sorted(FIRST_COME).toList()) {
      boolean granted = switch (place.mode()) {
        case SHARED -> sharedOnly;
        case PERMITS -> permitsOnly && taken + place.permits() <= place.of();
        case EXCLUSIVE, UNRECOGNIZED -> standings.isEmpty();
      };
      standings.add(new Standing(place, granted, standings.size()));
      sharedOnly &= place.mode() == Mode.SHARED;
      permitsOnly &= place.mode() == Mode.PERMITS;
      taken += place.permits();
    }
    return standings;
  }
}
