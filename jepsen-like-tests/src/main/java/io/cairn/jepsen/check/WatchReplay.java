package io.cairn.jepsen.check;

import io.cairn.jepsen.history.Change;
import io.cairn.jepsen.history.Event;
import io.cairn.jepsen.history.Truth;
import io.cairn.jepsen.history.Version;
import io.cairn.jepsen.history.Watch;
import io.cairn.jepsen.history.WatchSpec;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Goes through what one watch was given, in its order. */
final class WatchReplay {
  private record Seen(long revision, String key) {}

  /** Nobody knows yet from where a watch shows changes. */
  private static final long NOT_BEGUN = -1;

  private final Watch watch;
  private final WatchSpec spec;
  private final Truth truth;
  private final List<Event.Drained> drained;
  private final Findings findings;

  /** Changes above it are due. */
  private long floor;
  private long firstGiven;
  private long lastGiven;
  private long mark;
  private long closedAt = Long.MAX_VALUE;
  private final List<Version> initial = new ArrayList<>();
  private final Set<Seen> seen = new HashSet<>();
  private final Set<Long> revisions = new HashSet<>();
  private final Map<String, Long> lastOfKey = new HashMap<>();

  WatchReplay(Watch watch, Truth truth, List<Event.Drained> drained, Findings findings) {
    this.watch = watch;
    this.spec = watch.spec();
    this.truth = truth;
    this.drained = drained;
    this.findings = findings;
    this.floor = spec.from() > 0 ? spec.from() - 1 : NOT_BEGUN;
  }

  void judge() {
    for (Event event : watch.given()) {
      switch (event) {
        case Event.Began began -> began(began.revision());
        case Event.Initial part -> initial.addAll(part.items());
        case Event.Synced synced -> synced(synced.revision());
        case Event.Delivered batch -> delivered(batch);
        case Event.Progress progress -> progress(progress.revision());
        case Event.Resynced resync -> resynced(resync);
        case Event.Closed closed -> closed(closed);
        default -> throw new IllegalStateException("not of a watch: " + event);
      }
    }
    missing();
    for (Event.Drained each : drained) {
      drained(each);
    }
  }

  /** All up to here was given, or is not due. */
  private long position() {
    return Math.max(floor, Math.max(lastGiven, mark));
  }

  private void began(long revision) {
    if (spec.from() == 0 && !spec.initialState()) {
      floor = revision;
    }
  }

  private void synced(long revision) {
    List<Version> due = truth.held(spec.start(), spec.end(), revision);
    findings.check(initial.equals(due), WatchChecker.INITIAL, "%s begins with a state at %d that %s", watch, revision, difference(initial, due));
    floor = revision;
  }

  private static String difference(List<Version> given, List<Version> due) {
    List<Version> missing = new ArrayList<>(due);
    missing.removeAll(given);
    List<Version> more = new ArrayList<>(given);
    more.removeAll(due);
    return missing.isEmpty() && more.isEmpty() ? "is out of order" : "lacks " + missing + " and has " + more + " too much";
  }

  private void delivered(Event.Delivered batch) {
    if (batch.changes().isEmpty()) {
      return;
    }
    long first = batch.changes().getFirst().revision();
    if (batch.after() > 0 && floor != NOT_BEGUN) {
      findings.check(batch.after() <= position() && batch.after() < first, WatchChecker.CHAINED,
          "%s is given a batch from %d that follows %d, but what it was given ends at %d", watch, first, batch.after(), position());
    }
    Set<Long> before = Set.copyOf(revisionsOf(batch));
    for (long revision : before) {
      findings.check(!revisions.contains(revision), WatchChecker.ATOMIC, "%s is given changes of revision %d in two batches", watch, revision);
    }
    batch.changes().forEach(this::change);
    revisions.addAll(before);
  }

  /** Those of the batch, without what was given before in full: that is no part but the same again, and judged as such. */
  private Set<Long> revisionsOf(Event.Delivered batch) {
    Set<Long> found = new HashSet<>();
    for (Change change : batch.changes()) {
      if (!seen.contains(new Seen(change.revision(), change.key()))) {
        found.add(change.revision());
      }
    }
    return found;
  }

  private void change(Change change) {
    long revision = change.revision();
    findings.check(spec.contains(change.key()), WatchChecker.RANGE, "%s is given %s", watch, change);
    findings.check(change.isDelete() ? spec.deletes() : spec.puts(), WatchChecker.FILTER, "%s does not want %s, and is given it", watch, change);
    findings.check(floor != NOT_BEGUN && revision > floor, WatchChecker.FROM, "%s is given %s, what it wants is above %d", watch, change, floor);
    findings.check(revision >= lastGiven, WatchChecker.ORDERED, "%s is given %s after revision %d", watch, change, lastGiven);
    findings.check(revision > mark, WatchChecker.BOOKMARKABLE, "%s is given %s after a mark of progress at %d", watch, change, mark);
    findings.check(seen.add(new Seen(revision, change.key())), WatchChecker.UNIQUE, "%s is given %s again", watch, change);
    Optional<Change> written = truth.of(change.key(), revision);
    findings.check(written.isPresent() && written.get().now().equals(change.now()), WatchChecker.TRUE, "%s is given %s, written down is %s", watch,
        described(change), written.map(WatchReplay::described).orElse("nothing"));
    if (spec.previous() && written.isPresent() && !spec.latestOnly()) {
      findings.check(written.get().previous().equals(change.previous()), WatchChecker.PREVIOUS, "%s is given %s in place of %s, it was %s", watch,
          change, change.previous(), written.get().previous());
    }
    firstGiven = firstGiven == 0 ? revision : firstGiven;
    lastGiven = Math.max(lastGiven, revision);
    lastOfKey.merge(change.key(), revision, Math::max);
  }

  private static String described(Change change) {
    return change + change.now().map(now -> " created at " + now.create() + ", version " + now.version() + ", lease " + now.lease()).orElse("");
  }

  private void progress(long revision) {
    findings.check(revision >= mark && revision >= lastGiven, WatchChecker.BOOKMARKABLE,
        "%s is told of progress up to %d after a mark at %d and a change at %d", watch, revision, mark, lastGiven);
    mark = Math.max(mark, revision);
  }

  private void resynced(Event.Resynced resync) {
    missing();
    long from = position();
    Map<String, Change> told = new HashMap<>();
    resync.changes().forEach(change -> told.put(change.key(), change));
    for (String key : truth.keys(spec.start(), spec.end())) {
      Optional<Version> now = truth.held(key, resync.revision());
      Change change = told.remove(key);
      boolean differs = !now.equals(truth.held(key, from));
      findings.check(change == null ? !differs : change.now().equals(now), WatchChecker.RESYNC,
          "%s is resynced from %d to %d and told %s of %s, which holds %s", watch, from, resync.revision(), change == null ? "nothing" : change, key,
          now);
    }
    findings.check(told.isEmpty(), WatchChecker.RESYNC, "%s is resynced to %d and told of keys that never were in its range: %s", watch,
        resync.revision(), told.keySet());
    floor = resync.revision();
    firstGiven = 0;
    mark = 0;
    lastGiven = 0;
    seen.clear();
    revisions.clear();
    lastOfKey.clear();
  }

  private void closed(Event.Closed closed) {
    closedAt = closed.at();
    if (closed.code().equals("COMPACTED")) {
      findings.check(position() + 1 <= closed.oldest(), WatchChecker.COMPACTED,
          "%s needs what is above %d and is told that it is compacted, with %d the oldest left", watch, position(), closed.oldest());
    }
  }

  /** What was passed over up to the last change or mark. */
  private void missing() {
    if (floor == NOT_BEGUN) {
      return;
    }
    long upTo = Math.max(lastGiven, mark);
    for (Change due : due(floor, upTo)) {
      boolean given = seen.contains(new Seen(due.revision(), due.key()))
          || spec.latestOnly() && lastOfKey.getOrDefault(due.key(), 0L) > due.revision();
      if (given) {
        findings.check(true, WatchChecker.RELIABLE, "");
        findings.check(true, WatchChecker.RESUMABLE, "");
      } else if (revisions.contains(due.revision())) {
        findings.check(false, WatchChecker.ATOMIC, "%s is given a part of revision %d, without %s", watch, due.revision(), due);
      } else if (due.revision() < firstGiven || firstGiven == 0) {
        findings.check(false, WatchChecker.RESUMABLE, "%s is not given %s, and begins at %d", watch, due, firstGiven == 0 ? upTo : firstGiven);
      } else {
        findings.check(false, WatchChecker.RELIABLE, "%s is not given %s, though it is given what is up to %d", watch, due, upTo);
      }
    }
  }

  private List<Change> due(long above, long upTo) {
    List<Change> found = new ArrayList<>();
    for (String key : truth.keys(spec.start(), spec.end())) {
      for (Change change : truth.of(key)) {
        if (change.revision() > above && change.revision() <= upTo && spec.wants(change)) {
          found.add(change);
        }
      }
    }
    return found;
  }

  private void drained(Event.Drained each) {
    if (watch.opened().at() >= each.at() || closedAt <= each.at()) {
      return;
    }
    if (floor == NOT_BEGUN) {
      findings.check(false, WatchChecker.DRAINED, "%s never began, and should be at %d", watch, each.revision());
      return;
    }
    List<Change> left = due(position(), each.revision());
    findings.check(left.isEmpty(), WatchChecker.DRAINED, "%s has come to %d only, and should be at %d: it lacks %s", watch, position(),
        each.revision(), left.isEmpty() ? "" : left.getFirst());
  }
}
