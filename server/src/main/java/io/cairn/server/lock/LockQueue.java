package io.cairn.server.lock;

import com.google.protobuf.ByteString;
import io.cairn.storage.lease.KnownLease;
import io.cairn.storage.mvcc.KeyBounds;
import io.cairn.storage.mvcc.RangePage;
import io.cairn.storage.mvcc.RangeQuery;
import io.cairn.storage.mvcc.ReadView;
import io.cairn.storage.mvcc.ShardStore;
import io.cairn.storage.mvcc.Version;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Who waits in one queue, and how often it was looked at. Belongs to the loop of the replica that leads the queue's shard. */
final class LockQueue {

  /**
   * A queue as one look found it.
   *
   * @param dying places whose lease is fenced in this shard: they are on their way out, and are granted nothing
   */
  record Look(Map<ByteString, LockOrder.Standing> standings, Map<ByteString, Boolean> dying) {
    LockOrder.Standing of(ByteString key) {
      return standings.get(key);
    }

    boolean grants(ByteString key) {
      return standings.get(key).granted() && !dying.containsKey(key);
    }
  }

  private final ByteString prefix;
  private final Map<ByteString, Seat> seats = new LinkedHashMap<>();
  /** The number of the look that is under way, or of the last one. */
  private long number;
  private boolean looking;
  private boolean again;

  LockQueue(ByteString prefix) {
    this.prefix = prefix;
  }

  Map<ByteString, Seat> seats() {
    return seats;
  }

  /** The seat of the key, made when there is none; what an earlier look has not found says nothing of it. */
  Seat seat(ByteString key, long now) {
    Seat seat = seats.computeIfAbsent(key, _ -> new Seat(key, now));
    seat.countsFrom(number + 1);
    return seat;
  }

  /** Whether a look may begin; if one is under way, another one follows it. */
  boolean begin() {
    again = looking;
    if (looking) {
      return false;
    }
    looking = true;
    number++;
    return true;
  }

  /** The look has ended; whether another one is due. */
  boolean end() {
    looking = false;
    return again;
  }

  /** Whether the look that has ended began after the seat was asked for. */
  boolean sees(Seat seat) {
    return number >= seat.countsFrom();
  }

  /** Reads the queue as of one moment. From any thread. */
  Look read(ShardStore store) {
    var places = new ArrayList<Place>();
    byte[] start = prefix.toByteArray();
    byte[] end = KeyBounds.prefixEnd(start);
    try (ReadView view = store.view()) {
      while (start != null) {
        RangePage page = view.range(new RangeQuery(start, end, 0, 0, Long.MAX_VALUE, false, false));
        for (Version version : page.versions()) {
          places.add(Place.of(version));
        }
        start = page.resume();
      }
    }
    List<Place> leased = places.stream().filter(place -> place.lease() != 0).toList();
    KnownLease[] known = store.leaseReads().known(leased.stream().mapToLong(Place::lease).toArray());
    var dying = new HashMap<ByteString, Boolean>();
    for (int i = 0; i < known.length; i++) {
      if (known[i] != null && known[i].fenced()) {
        dying.put(leased.get(i).key(), true);
      }
    }
    var standings = new LinkedHashMap<ByteString, LockOrder.Standing>();
    LockOrder.of(places).forEach(standing -> standings.put(standing.place().key(), standing));
    return new Look(standings, dying);
  }
}
