package io.cairn.client.who;

import io.cairn.client.ByteSeq;
import io.cairn.client.KeyRange;
import io.cairn.client.KeyValue;
import io.cairn.client.KvClient;
import io.cairn.client.KvException;
import io.cairn.client.LeaseDetails;
import io.cairn.client.OpenWatch;
import io.cairn.client.OpenWatchPage;
import io.cairn.client.RangeOptions;
import io.cairn.client.RangeScan;
import io.cairn.client.RefusedCode;
import io.cairn.client.RefusedException;
import io.cairn.client.core.LockSpec;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * Who holds and waits for locks, which leases have keys, which watches are open: {@link KvClient#who()}. Each call reads page by page, keeps as much as
 * its bound allows, and says whether there is more. A page has the client's deadline.
 */
public final class Who {
  private static final int LEASES_AT_ONCE = 64;
  private static final Comparator<QueuedPlace> FIRST_COME = Comparator.comparingLong(QueuedPlace::token).thenComparing(QueuedPlace::key);

  private final KvClient client;

  /** For {@link KvClient#who()}. */
  public Who(KvClient client) {
    this.client = client;
  }

  /**
   * The locks, read-write locks, semaphores and elections whose names begin with {@code prefix}; with an empty one, all. Reads every key whose tag begins
   * so, and keeps the places alone.
   *
   * @param most places that are kept, 1 or more
   */
  public LockTable locking(String prefix, int most) {
    checked(most);
    List<LockQueue> queues = new ArrayList<>();
    RangeScan scan = client.scan(KeyRange.prefix("{" + prefix), RangeOptions.DEFAULT);
    TreeSet<QueuedPlace> places = new TreeSet<>(FIRST_COME);
    Queue open = null;
    int left = most;
    boolean more = false;
    for (KeyValue kv : scan) {
      Queue queue = Queue.of(kv.key());
      if (queue == null) {
        continue;
      }
      if (!queue.equals(open)) {
        left -= flush(open, places, queues);
        open = queue;
      }
      if (left == 0) {
        more = true;
        break;
      }
      places.add(place(kv));
      if (places.size() > left) { // The last one leaves: whether those before it are granted does not hang on it.
        places.pollLast();
        more = true;
      }
    }
    flush(open, places, queues);
    List<Long> leases = queues.stream().flatMap(queue -> queue.places().stream()).map(QueuedPlace::lease).distinct().toList();
    return new LockTable(scan.revision(), queues, LockCycles.of(queues), details(leases), more);
  }

  /** What is before the last part of a place's key, taken apart. */
  private record Queue(ByteSeq name, LockQueue.Kind kind) {

    /** Null for a key that is no place of this client's. */
    static Queue of(ByteSeq key) {
      byte[] bytes = key.toByteArray();
      int slash = bytes.length - 1;
      while (slash >= 0 && bytes[slash] != '/') {
        slash--;
      }
      for (LockQueue.Kind kind : LockQueue.Kind.values()) {
        byte[] tail = ("}/" + kind.segment() + "/").getBytes(StandardCharsets.UTF_8);
        int nameEnd = slash + 1 - tail.length;
        if (nameEnd > 1 && slash < bytes.length - 1 && Arrays.equals(bytes, nameEnd, slash + 1, tail, 0, tail.length)) {
          return new Queue(ByteSeq.of(Arrays.copyOfRange(bytes, 1, nameEnd)), kind);
        }
      }
      return null;
    }
  }

  private static QueuedPlace place(KeyValue kv) {
    LockSpec spec = LockSpec.of("", kv.value());
    LockMode mode = spec.shared() ? LockMode.SHARED : spec.permits() > 0 ? LockMode.PERMITS : LockMode.EXCLUSIVE;
    return new QueuedPlace(kv.key(), kv.createRevision(), kv.lease(), mode, spec.permits(), spec.of(), LockSpec.data(kv.value()), false, 0);
  }

  /** The queue has been read. Returns how many places it has. */
  private static int flush(Queue queue, Collection<QueuedPlace> places, List<LockQueue> queues) {
    int count = places.size();
    if (count > 0) {
      queues.add(LockQueue.of(queue.name(), queue.kind(), places));
      places.clear();
    }
    return count;
  }

  /**
   * The leases that have keys in the range, also those of puts with a TTL.
   *
   * @param most keys that are kept, 1 or more
   */
  public LeaseTable leasing(KeyRange range, int most) {
    checked(most);
    Map<Long, List<ByteSeq>> keys = new LinkedHashMap<>();
    RangeScan scan = client.scan(range, RangeOptions.DEFAULT.withKeysOnly());
    int left = most;
    boolean more = false;
    for (KeyValue kv : scan) {
      if (kv.lease() == 0) {
        continue;
      }
      if (left == 0) {
        more = true;
        break;
      }
      left--;
      keys.computeIfAbsent(kv.lease(), lease -> new ArrayList<>()).add(kv.key());
    }
    Map<Long, LeaseDetails> details = details(keys.keySet());
    List<LeaseTable.Entry> entries = new ArrayList<>();
    keys.forEach((lease, its) -> entries.add(new LeaseTable.Entry(lease, Optional.ofNullable(details.get(lease)), its)));
    return new LeaseTable(scan.revision(), entries, more);
  }

  /** Of each lease that is still there what is left of it, some at a time. */
  private Map<Long, LeaseDetails> details(Collection<Long> leases) {
    Map<Long, LeaseDetails> details = new LinkedHashMap<>();
    List<CompletableFuture<LeaseDetails>> asked = new ArrayList<>();
    for (long lease : leases) {
      if (lease != 0) {
        asked.add(client.async().leases().timeToLive(lease, false).toCompletableFuture());
      }
      if (asked.size() == LEASES_AT_ONCE) {
        take(asked, details);
      }
    }
    take(asked, details);
    return details;
  }

  private static void take(List<CompletableFuture<LeaseDetails>> asked, Map<Long, LeaseDetails> details) {
    for (CompletableFuture<LeaseDetails> each : asked) {
      try {
        LeaseDetails lease = each.join();
        details.put(lease.id(), lease);
      } catch (CompletionException e) {
        if (!(e.getCause() instanceof RefusedException refused && refused.code() == RefusedCode.LEASE_NOT_FOUND)) {
          throw atCaller(e);
        }
      }
    }
    asked.clear();
  }

  /**
   * The watches, of whatever client, that the node of that name has on ranges that meet this one. Refused with {@link RefusedCode#UNAVAILABLE} when it cannot
   * be reached. A watch that comes or goes meanwhile may be missing.
   *
   * @param most watches that are kept, 1 or more
   */
  public OpenWatchPage watching(String node, KeyRange range, int most) {
    checked(most);
    List<OpenWatch> watches = new ArrayList<>();
    boolean more = true;
    while (more && watches.size() <= most) {
      Optional<OpenWatch> last = watches.isEmpty() ? Optional.empty() : Optional.of(watches.get(watches.size() - 1));
      OpenWatchPage page;
      try {
        page = client.async().openWatches(node, range, last).toCompletableFuture().join();
      } catch (CompletionException e) {
        throw atCaller(e);
      }
      watches.addAll(page.watches());
      more = page.more();
    }
    return watches.size() <= most ? new OpenWatchPage(watches, more) : new OpenWatchPage(watches.subList(0, most), true);
  }

  private static RuntimeException atCaller(CompletionException e) {
    return e.getCause() instanceof KvException kv ? kv : e;
  }

  private static void checked(int most) {
    if (most < 1) {
      throw new IllegalArgumentException("the most to keep is 1 or more, was " + most);
    }
  }
}
