package io.cairn.jepsen.check;

import io.cairn.jepsen.check.LockStory.End;
import io.cairn.jepsen.check.LockStory.Freed;
import io.cairn.jepsen.check.LockStory.Place;
import io.cairn.jepsen.check.LockStory.Turn;
import io.cairn.jepsen.check.LockStory.Write;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** What docs/locks.md promises, of what was seen. A function of it and nothing else. */
public final class LockChecker {
  /** Whoever is granted a lock later has a larger token. */
  public static final String TOKENS_GROW = "tokens-grow";
  /** From its grant until its holder's own conservative deadline nobody else is told to have it. */
  public static final String NEVER_TWO = "never-two-holders";
  /** A resource that is written under guard never takes a write of an earlier holder after one of a later. */
  public static final String NEVER_STALE = "never-a-stale-token";
  /** Who was told that its time was over had left the queue, and never comes back to it. */
  public static final String OUT_STAYS_OUT = "out-stays-out";
  /** A lock whose holder died is free within the bound. */
  public static final String FREE_IN_TIME = "free-in-time";

  private LockChecker() {}

  public static Verdict check(LockStory story) {
    var findings = new Findings();
    story.turns().stream().filter(turn -> turn.end() == End.GRANTED).collect(Collectors.groupingBy(Turn::lock, TreeMap::new, Collectors.toList()))
        .values().forEach(turns -> holders(findings, turns));
    story.writes().stream().collect(Collectors.groupingBy(Write::resource, TreeMap::new, Collectors.toList()))
        .values().forEach(writes -> writes(findings, writes));
    timedOut(findings, story);
    for (Freed freed : story.freed()) {
      long took = freed.grantedAt() - freed.diedAt();
      findings.check(took <= freed.boundNanos(), FREE_IN_TIME, "the holder of %s died, the next one got it %d ms later; within %d ms it was due", freed.lock(),
          took / 1_000_000, freed.boundNanos() / 1_000_000);
    }
    return findings.verdict();
  }

  private static void holders(Findings findings, List<Turn> turns) {
    Turn before = null;
    long heldUntil = Long.MIN_VALUE;
    for (Turn turn : turns.stream().sorted(Comparator.comparingLong(Turn::at)).toList()) {
      if (before != null) {
        findings.check(turn.token() > before.token(), TOKENS_GROW, "%s was granted with token %d, and after that with %d", turn.lock(), before.token(),
            turn.token());
        findings.check(turn.at() >= heldUntil, NEVER_TWO, "%s was granted to %s at %d, while another one held it until %d", turn.lock(), turn.place(),
            turn.at(), heldUntil);
      }
      before = turn;
      heldUntil = Math.max(heldUntil, turn.heldUntil());
    }
  }

  private static void writes(Findings findings, List<Write> writes) {
    Write before = null;
    for (Write write : writes.stream().sorted(Comparator.comparingLong(Write::revision)).toList()) {
      if (before != null) {
        findings.check(write.token() >= before.token(), NEVER_STALE, "%s took token %d at revision %d, after token %d at %d", write.resource(), write.token(),
            write.revision(), before.token(), before.revision());
      }
      before = write;
    }
  }

  private static void timedOut(Findings findings, LockStory story) {
    Map<String, Place> places = new HashMap<>();
    for (Place place : story.places()) {
      findings.check(places.put(place.key(), place) == null, OUT_STAYS_OUT, "place %s was taken twice", place.key());
    }
    for (Turn turn : story.turns()) {
      if (turn.end() == End.TIMED_OUT) {
        Place place = places.get(turn.place());
        findings.check(place == null || place.deletedAt() <= turn.at(), OUT_STAYS_OUT, "%s was told at %d that its time is over; its place was there until %d",
            turn.place(), turn.at(), place == null ? 0 : place.deletedAt());
      }
    }
  }
}
