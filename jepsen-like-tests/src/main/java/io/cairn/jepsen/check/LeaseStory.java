package io.cairn.jepsen.check;

import io.cairn.jepsen.history.Call;
import io.cairn.jepsen.history.Event;
import io.cairn.jepsen.history.Result;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** All that is known of one lease, by time. */
final class LeaseStory {
  /** @param sent before it nothing can have begun */
  private record Renewal(long sent, long answered, long ttlNanos, String by) {}

  private record Sight(long at, String by) {}

  private final long lease;
  private final List<Renewal> renewals = new ArrayList<>();
  /** Renewals of unknown outcome: they may have happened at any time since. */
  private long firstUnknown = Long.MAX_VALUE;
  /** Its home said at that time, or later, that it lives. */
  private final List<Sight> said = new ArrayList<>();
  /** A shard took a put under it, by what it knew itself. */
  private final List<Sight> attached = new ArrayList<>();
  /** A read showed a key under it. */
  private final List<Sight> shown = new ArrayList<>();
  private Sight gone = new Sight(Long.MAX_VALUE, "");
  private Sight keysGone = new Sight(Long.MAX_VALUE, "");
  private long revokeSent = Long.MAX_VALUE;
  private long revokeAnswered = Long.MAX_VALUE;

  LeaseStory(long lease) {
    this.lease = lease;
  }

  void granted(Call call, Result.Leased leased) {
    renewals.add(new Renewal(call.invoke().at(), call.endedAt(), leased.ttlNanos(), call.toString()));
  }

  void kept(Call call) {
    if (call.ok().isPresent() && call.ok().get().result() instanceof Result.Leased leased) {
      renewals.add(new Renewal(call.invoke().at(), call.endedAt(), leased.ttlNanos(), call.toString()));
      said.add(new Sight(call.invoke().at(), call.toString()));
    } else if (call.isOpen()) {
      firstUnknown = Math.min(firstUnknown, call.invoke().at());
    } else if (isNotFound(call)) {
      ended(call.endedAt(), call.toString());
    }
  }

  void looked(Call call) {
    if (call.ok().isPresent()) {
      said.add(new Sight(call.invoke().at(), call.toString()));
    } else if (isNotFound(call)) {
      ended(call.endedAt(), call.toString());
    }
  }

  void revoked(Call call) {
    if (!call.isRefused()) {
      revokeSent = Math.min(revokeSent, call.invoke().at());
    }
    if (call.ok().isPresent()) {
      revokeAnswered = Math.min(revokeAnswered, call.endedAt());
    } else if (isNotFound(call)) {
      ended(call.endedAt(), call.toString());
    }
  }

  void attached(Call call) {
    call.ok().ifPresent(_ -> attached.add(new Sight(call.invoke().at(), call.toString())));
  }

  void seenAlive(Call call) {
    shown.add(new Sight(call.invoke().at(), call.toString()));
  }

  void ended(long at) {
    ended(at, "the leases' home");
  }

  private void ended(long at, String by) {
    if (at < gone.at()) {
      gone = new Sight(at, by);
    }
  }

  /** Keys that it held are gone because of its end: by then it has ended everywhere. */
  void seenGone(long at, String by) {
    ended(at, by);
    if (at < keysGone.at()) {
      keysGone = new Sight(at, by);
    }
  }

  private static boolean isNotFound(Call call) {
    return !call.endings().isEmpty() && call.endings().getFirst() instanceof Event.Refused refused && refused.code().equals("LEASE_NOT_FOUND");
  }

  void judge(LeaseBounds bounds, Quiet quiet, List<Event.Leader> leaders, Findings findings) {
    neverEarly(bounds, findings);
    okMeansAlive(findings);
    goneInTime(bounds, quiet, leaders, findings);
  }

  private void neverEarly(LeaseBounds bounds, Findings findings) {
    if (revokeSent <= gone.at()) {
      return;
    }
    for (Renewal renewal : renewals) {
      long until = renewal.sent() + (long) (renewal.ttlNanos() * (1 - bounds.clockRate()));
      boolean judged = renewal.sent() < gone.at();
      if (judged) {
        findings.check(gone.at() >= until, LeaseChecker.NEVER_EARLY, "lease %d was seen to have ended by %s at %d, but %s, sent at %d, lets it live"
            + " until %d: %d ms too early", lease, gone.by(), gone.at(), renewal.by(), renewal.sent(), until, (until - gone.at()) / 1_000_000);
      }
    }
  }

  /** When it was known that it has ended, wherever keys under it may be left for some time. */
  private long endKnown() {
    return Math.min(gone.at(), revokeAnswered);
  }

  private void okMeansAlive(Findings findings) {
    for (Sight each : said) {
      findings.check(each.at() <= endKnown(), LeaseChecker.OK_MEANS_ALIVE, "lease %d was said to live by %s, made at %d, but its end was known at %d"
          + " (%s)", lease, each.by(), each.at(), endKnown(), gone.by());
    }
    for (Sight each : attached) {
      findings.check(each.at() <= keysGone.at(), LeaseChecker.OK_MEANS_ALIVE, "%s put under lease %d at %d, but its keys were gone at %d (%s)",
          each.by(), lease, each.at(), keysGone.at(), keysGone.by());
    }
  }

  private void goneInTime(LeaseBounds bounds, Quiet quiet, List<Event.Leader> leaders, Findings findings) {
    List<Sight> all = new ArrayList<>(said);
    all.addAll(attached);
    all.addAll(shown);
    all.sort(Comparator.comparingLong(Sight::at));
    List<Renewal> sent = new ArrayList<>(renewals);
    sent.sort(Comparator.comparingLong(Renewal::sent));
    int next = 0;
    long last = Long.MIN_VALUE;
    long ttl = 0;
    for (Sight each : all) {
      // One that was under way when the lease was seen may be why it lived; the one that saw it is not.
      for (; next < sent.size() && sent.get(next).sent() < each.at(); next++) {
        last = Math.max(last, sent.get(next).answered());
        ttl = Math.max(ttl, sent.get(next).ttlNanos());
      }
      if (!quiet.at(each.at())) {
        continue;
      }
      long until = Long.MAX_VALUE;
      long since = quiet.since(each.at());
      if (last != Long.MIN_VALUE && firstUnknown > each.at()) {
        // Who leads once all is mended may have heard of the last renewal only then.
        long from = Math.max(last, since);
        until = from + (long) (ttl * (1 + bounds.clockRate())) + bounds.goneNanos() + added(from, each.at(), ttl, bounds, leaders);
      }
      if (endKnown() < each.at()) {
        long from = Math.max(endKnown(), since);
        until = Math.min(until, from + bounds.goneNanos() + added(from, each.at(), 0, bounds, leaders));
      }
      if (until != Long.MAX_VALUE) {
        findings.check(each.at() <= until, LeaseChecker.GONE_IN_TIME, "lease %d was said to live by %s, made at %d: %d ms after it must be gone",
            lease, each.by(), each.at(), (each.at() - until) / 1_000_000);
      }
    }
  }

  private static long added(long from, long to, long ttl, LeaseBounds bounds, List<Event.Leader> leaders) {
    long sum = 0;
    for (Event.Leader leader : leaders) {
      if (leader.at() >= from && leader.at() <= to) {
        sum += bounds.perLeaderNanos() + (leader.restarted() ? ttl * bounds.perRestartedTtl() : 0);
      }
    }
    return sum;
  }
}
