package io.cairn.server.watch;

import com.google.protobuf.UnsafeByteOperations;
import io.cairn.protocol.wire.WatchListAnswer;
import io.cairn.server.shard.Keyspace;
import java.util.Comparator;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;

/**
 * A page of the watches that a node has. It is shown every watch once, in any order, and keeps the first of a page alone: what it costs in memory is
 * bounded, however many there are. Belongs to the watches' loop.
 */
public final class WatchListing {
  static final int PAGE_WATCHES = 1_000;
  static final int PAGE_BYTES = 256 << 10;

  private static final Comparator<Watch> ORDER = Comparator.comparingLong((Watch watch) -> watch.lane().number()).thenComparingLong(Watch::id);

  /**
   * Which watches.
   *
   * @param start the first stored key, and {@code end} the first that is no longer asked about
   * @param afterConnection only those behind the watch {@code afterWatch} of this connection; both 0: all
   */
  public record Query(byte[] start, byte[] end, long afterConnection, long afterWatch) {

    boolean asksFor(Watch watch) {
      long connection = watch.lane().number();
      boolean isBehind = connection > afterConnection || connection == afterConnection && watch.id() > afterWatch;
      return isBehind && watch.terms().meets(start, end);
    }
  }

  private final Query query;
  private final TreeSet<Watch> first = new TreeSet<>(ORDER);
  private boolean more;

  WatchListing(Query query) {
    this.query = query;
  }

  void see(Watch watch) {
    if (!query.asksFor(watch)) {
      return;
    }
    if (first.size() < PAGE_WATCHES) {
      first.add(watch);
      return;
    }
    more = true;
    if (ORDER.compare(watch, first.last()) < 0) {
      first.pollLast();
      first.add(watch);
    }
  }

  /** What it was shown, as far as it fits a page; at least one. */
  WatchListAnswer page() {
    WatchListAnswer.Builder page = WatchListAnswer.newBuilder();
    int bytes = 0;
    for (Watch watch : first) {
      bytes += watch.terms().start().length + watch.terms().end().length;
      if (bytes > PAGE_BYTES && page.getWatchesCount() > 0) {
        return page.setMore(true).build();
      }
      page.addWatches(item(watch));
    }
    return page.setMore(more).build();
  }

  private static WatchListAnswer.Item.Builder item(Watch watch) {
    byte[] end = watch.terms().end();
    boolean open = end.length == 1; // The keyspace behind its own: no key of one is as short.
    WatchListAnswer.Item.Builder item = WatchListAnswer.Item.newBuilder()
        .setConnection(watch.lane().number())
        .setPeer(watch.lane().peer())
        .setWatch(watch.id())
        .setStart(Keyspace.user(watch.terms().start()))
        .setEndOpen(open)
        .setOpenMillis(TimeUnit.NANOSECONDS.toMillis(watch.openNanos()))
        .setRevision(watch.upTo())
        .setKnownRevision(Math.max(watch.feed().upTo(), watch.upTo()))
        .setBehind(watch.isBehind())
        .setCreditBytes(Math.max(0, watch.credit()));
    return open ? item : item.setEnd(UnsafeByteOperations.unsafeWrap(end, 1, end.length - 1));
  }
}
