package io.cairn.simulator.disk;

import io.cairn.simulator.schedule.SimRandom;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;

/** One file, whatever its name: what processes see of it, what is durable, and the changes in between, in order. */
final class Inode {
  static final int SECTOR = 512;

  private final ArrayDeque<Change> pending = new ArrayDeque<>();
  private final TreeSet<Long> unreadableSectors = new TreeSet<>();
  private PagedBytes cached = new PagedBytes();
  /** What it is called now, as processes see it. */
  private String name = "";
  private PagedBytes durable = new PagedBytes();

  String name() {
    return name;
  }

  void name(String path) {
    name = path;
  }

  long size() {
    return cached.size();
  }

  long durableSize(long now) {
    settle(now);
    return durable.size();
  }

  byte[] durableBytes(long now) {
    settle(now);
    byte[] bytes = new byte[(int) durable.size()];
    durable.read(ByteBuffer.wrap(bytes), 0);
    return bytes;
  }

  int pendingChanges(long now) {
    settle(now);
    return pending.size();
  }

  int read(ByteBuffer target, long position) throws IOException {
    if (!unreadableSectors.isEmpty()) {
      long first = position / SECTOR;
      Long bad = unreadableSectors.ceiling(first);
      if (bad != null && bad * SECTOR < position + target.remaining()) {
        throw new IOException(DiskFault.EIO.message());
      }
    }
    return cached.read(target, position);
  }

  void write(byte[] bytes, int length, long position, long issuedAt) {
    cached.write(bytes, 0, length, position);
    pending.addLast(new Change(position, Arrays.copyOf(bytes, length), -1, issuedAt));
    long last = (position + length - 1) / SECTOR;
    if (!unreadableSectors.isEmpty()) {
      // A sector written anew is remapped by the disk, and reads again.
      unreadableSectors.subSet(position / SECTOR, true, Math.max(last, position / SECTOR), true).clear();
    }
  }

  void truncate(long size, long issuedAt) {
    cached.truncate(size);
    pending.addLast(new Change(0, null, size, issuedAt));
  }

  /** Everything changed so far is durable from {@code endsAt} on. */
  void sync(long endsAt, long now) {
    settle(now);
    for (Change change : pending) {
      change.durableAt = Math.min(change.durableAt, endsAt);
    }
    settle(now);
  }

  /**
   * A sync failed: what it covered counts as clean and is never written (ST-01). Some systems go on showing it until the page is
   * dropped, some fall back at once.
   */
  void dropPending(boolean fallBack, long now) {
    settle(now);
    pending.removeIf(change -> change.durableAt == Long.MAX_VALUE);
    if (fallBack) {
      rebuildCache();
    }
  }

  /** The process died at that time: what it did ahead of it never happened. All the rest stays in the page cache. */
  void processDied(long diedAt) {
    settle(diedAt);
    if (pending.removeIf(change -> change.issuedAt > diedAt)) {
      rebuildCache();
    }
  }

  /** Power failed at that time. */
  void powerLost(long diedAt, CrashLoss loss, SimRandom random) {
    settle(diedAt);
    pending.removeIf(change -> change.issuedAt > diedAt);
    if (loss == CrashLoss.NOTHING) {
      pending.forEach(change -> change.applyTo(durable));
    } else if (loss == CrashLoss.DRAWN && !pending.isEmpty()) {
      new Tearing(new ArrayList<>(pending), random).applyTo(durable);
    }
    pending.clear();
    cached = durable.copy();
  }

  void corrupt(long position, int mask) {
    if (position >= durable.size() || position >= cached.size()) {
      throw new IllegalArgumentException("byte " + position + " lies behind the file's durable end " + durable.size());
    }
    durable.flip(position, mask);
    cached.flip(position, mask);
  }

  void zeroSector(long sector) {
    byte[] zeros = new byte[(int) Math.min(SECTOR, durable.size() - sector * SECTOR)];
    durable.write(zeros, 0, zeros.length, sector * SECTOR);
    cached.write(zeros, 0, zeros.length, sector * SECTOR);
  }

  void makeUnreadable(long sector) {
    unreadableSectors.add(sector);
  }

  /** Moves into the durable image what has become durable by now. */
  private void settle(long now) {
    while (!pending.isEmpty() && pending.peekFirst().durableAt <= now) {
      pending.pollFirst().applyTo(durable);
    }
  }

  private void rebuildCache() {
    cached = durable.copy();
    pending.forEach(change -> change.applyTo(cached));
  }

  /** A write, or a cut of the size. */
  private static final class Change {
    final long position;
    final byte[] bytes;
    final long truncateTo;
    final long issuedAt;
    long durableAt = Long.MAX_VALUE;

    Change(long position, byte[] bytes, long truncateTo, long issuedAt) {
      this.position = position;
      this.bytes = bytes;
      this.truncateTo = truncateTo;
      this.issuedAt = issuedAt;
    }

    void applyTo(PagedBytes image) {
      if (bytes == null) {
        image.truncate(truncateTo);
      } else {
        image.write(bytes, 0, bytes.length, position);
      }
    }
  }

  /**
   * What a power failure leaves of pending changes. Each write survives wholly, not at all, or in some sectors. A sector is one version
   * of its page: where a later write survived, the earlier ones to the same sector did too. The size is any of those the file had
   * since its last sync: it may have grown without its data.
   */
  private static final class Tearing {
    private final List<Change> changes;
    private final SimRandom random;
    /** For each sector, the last change whose bytes survived there. */
    private final TreeMap<Long, Integer> survived = new TreeMap<>();

    Tearing(List<Change> changes, SimRandom random) {
      this.changes = changes;
      this.random = random;
    }

    void applyTo(PagedBytes image) {
      for (int i = 0; i < changes.size(); i++) {
        if (changes.get(i).bytes != null) {
          draw(i);
        }
      }
      int sizesKept = random.chance(0.5) ? changes.size() : (int) random.nextLong(changes.size() + 1);
      long size = image.size();
      for (int i = 0; i < changes.size(); i++) {
        Change change = changes.get(i);
        boolean sizeKept = i < sizesKept;
        if (change.bytes == null) {
          if (sizeKept) {
            image.truncate(change.truncateTo);
            size = Math.min(size, change.truncateTo);
          }
        } else {
          applySurvivors(i, image);
          if (sizeKept) {
            size = Math.max(size, change.position + change.bytes.length);
          }
        }
      }
      image.grow(size);
      image.truncate(size);
    }

    private void draw(int index) {
      Change change = changes.get(index);
      if (change.bytes.length == 0) {
        return;
      }
      long first = change.position / SECTOR;
      long last = (change.position + change.bytes.length - 1) / SECTOR;
      long fate = random.nextLong(4);
      long cut = first + random.nextLong(last - first + 1);
      for (long sector = first; sector <= last; sector++) {
        boolean kept = switch ((int) fate) {
          case 0 -> false;
          case 1 -> true;
          case 2 -> sector < cut;
          default -> random.chance(0.5);
        };
        if (kept) {
          survived.put(sector, index);
        }
      }
    }

    private void applySurvivors(int index, PagedBytes image) {
      Change change = changes.get(index);
      long end = change.position + change.bytes.length;
      for (long sector = change.position / SECTOR; sector * SECTOR < end; sector++) {
        if (survived.getOrDefault(sector, -1) >= index) {
          long from = Math.max(change.position, sector * SECTOR);
          long to = Math.min(end, (sector + 1) * SECTOR);
          image.write(change.bytes, (int) (from - change.position), (int) (to - from), from);
        }
      }
    }
  }
}
