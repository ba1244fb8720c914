package io.cairn.jepsen.check;

import io.cairn.jepsen.history.Call;
import io.cairn.jepsen.history.Change;
import io.cairn.jepsen.history.Event;
import io.cairn.jepsen.history.History;
import io.cairn.jepsen.history.Op;
import io.cairn.jepsen.history.Result;
import io.cairn.jepsen.history.Version;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Leases: none ends early, each is gone in time, and once it has ended nothing lives under it. Needs ids that are not used again. */
public final class LeaseChecker implements Checker {
  /** No end is seen before the last renewal that was answered was sent, plus the TTL (LL-02, LL-05). */
  public static final String NEVER_EARLY = "never-early";
  /** No life is seen once it must be over (LL-05, LL-13); asked while nothing fails. */
  public static final String GONE_IN_TIME = "gone-in-time";
  /** Who was told that a lease lives, after its end was known, was told wrongly (LL-03, LL-12). */
  public static final String OK_MEANS_ALIVE = "ok-means-alive";
  /** Nothing comes under a lease after its keys went in that shard (LL-13). */
  public static final String NOTHING_AFTER = "nothing-after-its-end";
  /** The keys of a lease in a shard go at one revision, all of them. */
  public static final String AT_ONCE = "at-once";
  /** Times that are told lie between zero and what was granted, and what was granted is what was asked for (LL-06). */
  public static final String TTL_IN_RANGE = "ttl-in-range";
  /** A TTL beyond the bounds is refused (LL-04). */
  public static final String BOUNDARY = "boundary";
  /** The server gives no id twice. */
  public static final String NEW_ID = "new-id";

  private final LeaseBounds bounds;

  public LeaseChecker(LeaseBounds bounds) {
    this.bounds = bounds;
  }

  @Override
  public Verdict check(History history) {
    Findings findings = new Findings();
    Map<Long, LeaseStory> stories = new TreeMap<>();
    Set<Long> given = new HashSet<>();
    for (Call call : history.calls()) {
      grants(call, given, findings);
      tell(call, history, stories, findings);
    }
    ends(history, stories, findings);
    List<Event.Leader> leaders = history.all(Event.Leader.class);
    Quiet quiet = new Quiet(history.all(Event.Fault.class));
    stories.values().forEach(story -> story.judge(bounds, quiet, leaders, findings));
    return findings.verdict();
  }

  private void grants(Call call, Set<Long> given, Findings findings) {
    if (!(call.op() instanceof Op.Grant grant)) {
      return;
    }
    boolean within = grant.ttlNanos() >= bounds.shortestNanos() && grant.ttlNanos() <= bounds.longestNanos();
    findings.check(within || call.ok().isEmpty(), BOUNDARY, "%s was granted, a TTL is from %d to %d ns", call, bounds.shortestNanos(),
        bounds.longestNanos());
    if (call.ok().isPresent() && call.ok().get().result() instanceof Result.Leased leased && grant.lease() == 0) {
      findings.check(leased.lease() != 0 && given.add(leased.lease()), NEW_ID, "%s was given id %d, which was given before, or is none", call,
          leased.lease());
    }
  }

  private void tell(Call call, History history, Map<Long, LeaseStory> stories, Findings findings) {
    switch (call.op()) {
      case Op.Grant grant -> call.ok().ifPresent(ok -> {
        if (ok.result() instanceof Result.Leased leased) {
          story(stories, leased.lease()).granted(call, leased);
          findings.check(leased.ttlNanos() >= grant.ttlNanos() && inRange(leased), TTL_IN_RANGE, "%s was answered %s", call, leased);
        }
      });
      case Op.KeepAlive keep -> {
        story(stories, keep.lease()).kept(call);
        inRange(call, findings);
      }
      case Op.TimeToLive time -> {
        story(stories, time.lease()).looked(call);
        inRange(call, findings);
      }
      case Op.Revoke revoke -> story(stories, revoke.lease()).revoked(call);
      default -> {
        shown(call, history, stories);
        Steps.each(call.op(), step -> {
          if (step instanceof Op.Put put && put.lease() != 0) {
            story(stories, put.lease()).attached(call);
          }
        });
      }
    }
  }

  private static LeaseStory story(Map<Long, LeaseStory> stories, long lease) {
    return stories.computeIfAbsent(lease, LeaseStory::new);
  }

  private static void inRange(Call call, Findings findings) {
    if (call.ok().isPresent() && call.ok().get().result() instanceof Result.Leased leased) {
      findings.check(inRange(leased), TTL_IN_RANGE, "%s was answered %s", call, leased);
    }
  }

  private static boolean inRange(Result.Leased leased) {
    return leased.ttlNanos() > 0 && leased.remainingNanos() >= -1 && leased.remainingNanos() <= leased.ttlNanos();
  }

  /** A read that misses nothing shows what lives, and what does not any more. */
  private static void shown(Call call, History history, Map<Long, LeaseStory> stories) {
    if (call.ok().isEmpty()) {
      return;
    }
    long revision = call.ok().get().result().revision();
    Steps.taken(call.op(), call.ok().get().result(), (step, answer) -> {
      if (step instanceof Op.Get get && get.revision() == 0 && !get.local() && answer instanceof Result.Found found) {
        found.found().filter(version -> version.lease() != 0).ifPresent(version -> story(stories, version.lease()).seenAlive(call));
        history.truth().last(get.key(), revision).filter(Change::isDelete).flatMap(change -> history.truth().at(change.revision()))
            .ifPresent(applied -> gone(applied, get.key(), stories, call.endedAt(), call.toString()));
      } else if (step instanceof Op.Range range && range.revision() == 0 && answer instanceof Result.Shown items) {
        items.items().stream().filter(version -> version.lease() != 0)
            .forEach(version -> story(stories, version.lease()).seenAlive(call));
      }
    });
  }

  /** Somebody has seen that the key is gone, which the end of its lease did if it was one of those that ended then. */
  private static void gone(Event.Applied applied, String key, Map<Long, LeaseStory> stories, long at, String by) {
    for (Change change : applied.changes()) {
      long lease = change.isDelete() && change.key().equals(key) ? change.previous().map(Version::lease).orElse(0L) : 0;
      if (applied.endedLeases().contains(lease)) {
        story(stories, lease).seenGone(at, by);
      }
    }
  }

  /** What the record of changes, watches and the leases' home say of ends. */
  private static void ends(History history, Map<Long, LeaseStory> stories, Findings findings) {
    LeasedKeys keys = new LeasedKeys(findings);
    for (Event.Applied each : history.truth().applied()) {
      keys.applied(each);
      for (Change change : each.changes()) {
        gone(each, change.key(), stories, each.at(), "the deletes of revision " + each.revision());
      }
    }
    for (Event event : history.events()) {
      if (event instanceof Event.LeaseEnded ended) {
        story(stories, ended.lease()).ended(ended.at());
      } else if (event instanceof Event.Delivered batch) {
        for (Change change : batch.changes()) {
          history.truth().at(change.revision()).ifPresent(applied -> gone(applied, change.key(), stories, batch.at(), "a watch's " + change));
        }
      }
    }
  }
}
