package io.cairn.storage.mvcc;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A store's rolling hash at some places of its log, in memory: at the last commit, and at each of the last {@link #KEPT} indexes that {@link #EVERY} divides.
 * Replicas are rarely at the same index, and have all passed the same ones: there they compare.
 *
 * <p>Noted by the apply loop; read from any thread, as of the last commit. Nothing of it is stored: a store that was opened anew knows where it stands.
 */
public final class HashPoints {
  /** Small, so that a shard with few writes passes one soon. */
  public static final int EVERY = 64;
  /** So many entries behind the others a replica may be, times {@link #EVERY}, and still find a place to compare. */
  public static final int KEPT = 256;

  /** What the store came to with the entry. */
  public record Point(long index, long hash) {}

  private final Point[] kept = new Point[KEPT];
  /** Of the open round. Apply loop only. */
  private final List<Point> open = new ArrayList<>();
  private Point now;

  HashPoints(Point now) {
    this.now = now;
    keep(now);
  }

  static boolean isKept(long index) {
    return index % EVERY == 0;
  }

  /** The open round has come to a place that is kept, and leaves it. */
  void note(Point point) {
    open.add(point);
  }

  /** The round is written, and ends here. */
  synchronized void publish(Point end) {
    open.forEach(this::keep);
    open.clear();
    keep(end);
    now = end;
  }

  /** What was noted before does not count. */
  synchronized void restart(Point end) {
    Arrays.fill(kept, null);
    open.clear();
    keep(end);
    now = end;
  }

  private void keep(Point point) {
    if (isKept(point.index)) {
      kept[slot(point.index)] = point;
    }
  }

  private static int slot(long index) {
    return (int) (index / EVERY % KEPT);
  }

  /** Where the store stands. */
  public synchronized Point now() {
    return now;
  }

  /** The hash at an index, or null when it is not known (any more, or yet). */
  public synchronized Point at(long index) {
    if (index == now.index) {
      return now;
    }
    Point point = index >= 0 && isKept(index) ? kept[slot(index)] : null;
    return point != null && point.index == index ? point : null;
  }

  /** Where it stands, then the places it passed before that are kept, newest first; at most {@code max}, and none below {@code from}. */
  public synchronized List<Point> recent(int max, long from) {
    var found = new ArrayList<Point>();
    found.add(now);
    for (long index = (now.index - 1) / EVERY * EVERY; index >= from && index >= 0 && found.size() < max; index -= EVERY) {
      Point point = kept[slot(index)];
      if (point == null || point.index != index) {
        break;
      }
      found.add(point);
    }
    return found;
  }
}
