package io.cairn.client.who;

import io.cairn.client.ByteSeq;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * Who holds a lock and who waits for it.
 *
 * @param name of the lock
 * @param places in the order of the queue; those that are granted are first
 */
public record LockQueue(ByteSeq name, Kind kind, List<QueuedPlace> places) {

  /** What of the client stands on such a queue. New ones may come with new versions: have a default in a switch. */
  public enum Kind {
    LOCK("lock"), READ_WRITE("rw"), SEMAPHORE("semaphore"), ELECTION("election");

    private final String segment;

    Kind(String segment) {
      this.segment = segment;
    }

    /** What stands behind {NAME}/ in its keys. */
    public String segment() {
      return segment;
    }
  }

  public LockQueue {
    places = List.copyOf(places);
  }

  /** @param places in the order of the queue; who of them is granted follows from them alone (docs/locks.md) */
  static LockQueue of(ByteSeq name, Kind kind, Collection<QueuedPlace> places) {
    List<QueuedPlace> standing = new ArrayList<>();
    var before = new Before();
    for (QueuedPlace place : places) {
      standing.add(place.standing(before.lets(place), standing.size()));
      before.add(place);
    }
    return new LockQueue(name, kind, standing);
  }

  /** What is before a place, as far as it matters to that. */
  static final class Before {
    private int exclusive;
    private int shared;
    private int permits;
    private long taken;

    void add(QueuedPlace place) {
      switch (place.mode()) {
        case SHARED -> shared++;
        case PERMITS -> {
          permits++;
          taken += place.permits();
        }
        default -> exclusive++;
      }
    }

    /** Whether the place that comes next is granted. */
    boolean lets(QueuedPlace place) {
      return switch (place.mode()) {
        case SHARED -> exclusive + permits == 0;
        case PERMITS -> exclusive + shared == 0 && taken + place.permits() <= place.of();
        default -> exclusive + shared + permits == 0;
      };
    }
  }
}
