package io.cairn.storage.guard;

import io.cairn.storage.OnDiskFormat;
import io.cairn.storage.StorageFailure;
import io.cairn.storage.engine.EngineBatch;
import io.cairn.storage.engine.EngineCursor;
import io.cairn.storage.engine.EngineView;
import io.cairn.storage.engine.Family;
import io.cairn.storage.hash.Fact;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;

/**
 * Subjects of other shards that writes here may be, or must not any more be, guarded by. A subject is named for good, so a fence never hits another.
 *
 * <p>Used by the apply loop alone, but for what reads a view.
 */
public final class KnownGuards {
  private static final int FORMAT = 1;
  private static final int TOKEN_BYTES = 8;

  private final long store;
  /** Whether each is fenced. */
  private final TreeMap<Subject, Boolean> bySubject = new TreeMap<>();
  /** Changed since the last save; null for one that was removed. */
  private final TreeMap<Subject, Boolean> unsaved = new TreeMap<>();

  private final Fact fact = new Fact();
  private long sum;

  private KnownGuards(long store) {
    this.store = store;
  }

  public static KnownGuards load(EngineView view, long store) {
    var guards = new KnownGuards(store);
    each(view, store, guards::hold);
    return guards;
  }

  /** Those that are fenced as of a view. */
  public static List<Subject> fenced(EngineView view, long store) {
    var found = new ArrayList<Subject>();
    each(view, store, (subject, fenced) -> {
      if (fenced) {
        found.add(subject);
      }
    });
    return found;
  }

  private interface Visit {
    void of(Subject subject, boolean fenced);
  }

  private static void each(EngineView view, long store, Visit visit) {
    byte[] first = OnDiskFormat.smallKey(store, OnDiskFormat.STORE_GUARD_KNOWN, new byte[0]);
    byte[] end = OnDiskFormat.smallKey(store, (byte) (OnDiskFormat.STORE_GUARD_KNOWN + 1), new byte[0]);
    try (EngineCursor cursor = view.cursor(Family.SMALL, first, end)) {
      for (; cursor.valid(); cursor.next()) {
        byte[] key = cursor.key();
        byte[] value = cursor.value();
        if (value[0] != FORMAT) {
          throw new StorageFailure(StorageFailure.Kind.NEWER_FORMAT, "a known guard has format " + value[0] + ", this version reads " + FORMAT);
        }
        long token = OnDiskFormat.readInt64(key, first.length);
        visit.of(new Subject(Arrays.copyOfRange(key, first.length + TOKEN_BYTES, key.length), token), value[1] != 0);
      }
    }
  }

  /** Whether it is fenced; null when nothing is known of it. */
  public Boolean get(Subject subject) {
    return bySubject.get(subject);
  }

  /** Its home has noted this shard. A fence says that this comes too late. */
  public void know(Subject subject) {
    if (!bySubject.containsKey(subject)) {
      set(subject, false);
    }
  }

  /** From now on no write here is guarded by it, also if it was never known here. */
  public void fence(Subject subject) {
    if (!Boolean.TRUE.equals(bySubject.get(subject))) {
      set(subject, true);
    }
  }

  /** The shard may forget it: nobody can come any more whose old answer would make it known. */
  public void unfence(Subject subject) {
    if (Boolean.TRUE.equals(bySubject.get(subject))) {
      sum -= fact(subject, bySubject.remove(subject));
      unsaved.put(subject, null);
    }
  }

  private void set(Subject subject, boolean fenced) {
    hold(subject, fenced);
    unsaved.put(subject, fenced);
  }

  private void hold(Subject subject, boolean fenced) {
    Boolean before = bySubject.put(subject, fenced);
    sum += fact(subject, fenced) - (before == null ? 0 : fact(subject, before));
  }

  private long fact(Subject subject, boolean fenced) {
    return fact.about(Fact.GUARD_KNOWN).and(subject.key()).and(subject.token()).and(fenced).value();
  }

  /** What all of them add to the rolling hash. */
  public long sum() {
    return sum;
  }

  /** Writes what has changed. */
  public void save(EngineBatch batch) {
    unsaved.forEach((subject, fenced) -> {
      byte[] key = OnDiskFormat.leaseKey(store, OnDiskFormat.STORE_GUARD_KNOWN, subject.token(), subject.key());
      if (fenced == null) {
        batch.delete(Family.SMALL, key);
      } else {
        batch.put(Family.SMALL, key, new byte[] {FORMAT, (byte) (fenced ? 1 : 0)});
      }
    });
    unsaved.clear();
  }
}
