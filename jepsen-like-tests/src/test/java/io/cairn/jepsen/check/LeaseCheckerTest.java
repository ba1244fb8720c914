package io.cairn.jepsen.check;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.jepsen.history.Change;
import io.cairn.jepsen.history.Event;
import io.cairn.jepsen.history.Op;
import io.cairn.jepsen.history.Result;
import io.cairn.jepsen.history.Version;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Each rule of leases finds what breaks it, and no other rule does. */
final class LeaseCheckerTest {
  private static final long MILLI = HistoryBuilder.MILLI;
  private static final long TTL = 2_000;
  private static final LeaseBounds BOUNDS = new LeaseBounds(1_000 * MILLI, 100_000 * MILLI, 0.01, 1_000 * MILLI, 500 * MILLI, 1);

  private final HistoryBuilder history = new HistoryBuilder();

  private Verdict verdict() {
    return new LeaseChecker(BOUNDS).check(history.build());
  }

  private void brokenIsOnly(String rule) {
    Verdict verdict = verdict();
    assertThat(verdict.broken()).as("%s", verdict.violations()).containsExactly(rule);
  }

  private void look(long lease, long remainingMillis) {
    history.call(2, new Op.TimeToLive(lease), new Result.Leased(0, lease, TTL * MILLI, remainingMillis * MILLI));
  }

  @Test
  void whatIsRightIsFoundRight() {
    history.grant(7, TTL);
    history.put(1, "a", "1", 7);
    history.put(1, "c", "1", 7);
    history.advance(1_500).keepAlive(7, TTL);
    look(7, 1_900);
    history.get(2, "a");
    history.advance(TTL).endLease(7);
    history.get(2, "a");
    history.refuse(1, new Op.KeepAlive(7), "LEASE_NOT_FOUND");

    Verdict verdict = verdict();
    assertThat(verdict.violations()).isEmpty();
    assertThat(verdict.judged().keySet()).contains(LeaseChecker.NEVER_EARLY, LeaseChecker.GONE_IN_TIME, LeaseChecker.OK_MEANS_ALIVE,
        LeaseChecker.NOTHING_AFTER, LeaseChecker.AT_ONCE, LeaseChecker.TTL_IN_RANGE, LeaseChecker.BOUNDARY, LeaseChecker.NEW_ID);
  }

  @Test
  @DisplayName("LL-02 an end before the TTL since the last renewal is found, whoever saw it")
  void early() {
    history.grant(7, TTL);
    history.advance(1_500).keepAlive(7, TTL);
    history.advance(1_000).endLease(7);
    history.grant(8, TTL);
    history.advance(1_000).refuse(1, new Op.KeepAlive(8), "LEASE_NOT_FOUND");
    history.grant(9, TTL);
    history.put(1, "a", "1", 9);
    history.advance(1_000).endLease(9);
    brokenIsOnly(LeaseChecker.NEVER_EARLY);
    assertThat(verdict().violations()).hasSize(3);
  }

  @Test
  void whatWasRevokedMayGoAtOnce() {
    history.grant(7, TTL);
    long call = history.invoke(1, new Op.Revoke(7));
    history.endLease(7);
    history.ok(call, new Result.Done(0));
    assertThat(verdict().violations()).isEmpty();
  }

  @Test
  @DisplayName("LL-05 LL-13 a lease that lives on is found, by its home and by its keys")
  void immortal() {
    history.grant(7, TTL);
    history.advance(TTL + 1_100);
    look(7, 1);
    history.grant(8, TTL);
    history.put(1, "a", "1", 8);
    history.advance(TTL + 1_100).get(2, "a");
    brokenIsOnly(LeaseChecker.GONE_IN_TIME);
    assertThat(verdict().violations()).hasSize(2);
  }

  @Test
  @DisplayName("LL-05 changes of leader add what is promised, and no more")
  void leadersAdd() {
    history.grant(7, TTL);
    history.add(at -> new Event.Leader(at, 0, "n1", false)).add(at -> new Event.Leader(at, 0, "n2", true));
    history.advance(TTL + 1_000 + 2 * 500 + TTL - 100);
    look(7, 1);
    assertThat(verdict().violations()).isEmpty();
    history.advance(200);
    look(7, 1);
    brokenIsOnly(LeaseChecker.GONE_IN_TIME);
  }

  @Test
  @DisplayName("LL-05 while something fails nobody must end a lease; once all is mended it has its TTL again, at most")
  void nothingIsPromisedWhileSomethingFails() {
    history.grant(7, TTL);
    history.add(at -> new Event.Fault(at, "cut off")).advance(5 * TTL);
    look(7, 1);
    history.add(at -> new Event.Fault(at, Event.Fault.MENDED)).advance(TTL + 900);
    look(7, 1);
    assertThat(verdict().violations()).isEmpty();
    history.advance(200);
    look(7, 1);
    brokenIsOnly(LeaseChecker.GONE_IN_TIME);
  }

  @Test
  @DisplayName("LL-13 several leases may end at one revision, each with all its keys, and with no others")
  void severalEndTogether() {
    history.grant(7, TTL);
    history.grant(8, TTL);
    history.put(1, "a", "1", 7);
    history.put(1, "aa", "1", 8);
    history.advance(TTL);
    history.add(at -> new Event.Applied(at, 1, 50, List.of(7L, 8L), List.of(Change.delete(50, history.held("a").orElseThrow()),
        Change.delete(50, history.held("aa").orElseThrow()))));
    assertThat(verdict().violations()).isEmpty();
    history.add(at -> new Event.Applied(at, 1, 51, List.of(9L), List.of(Change.delete(51, new Version("ab", "1", 2, 2, 1, 3)))));
    brokenIsOnly(LeaseChecker.AT_ONCE);
  }

  @Test
  void aRenewalOfUnknownOutcomeMayExplainLife() {
    history.grant(7, TTL);
    history.unknown(1, new Op.KeepAlive(7));
    history.advance(3 * TTL);
    look(7, 1);
    assertThat(verdict().violations()).isEmpty();
  }

  @Test
  @DisplayName("LL-13 keys that stay after the end of their lease is known are found")
  void keysStay() {
    history.grant(7, 10 * TTL);
    history.put(1, "a", "1", 7);
    history.call(1, new Op.Revoke(7), new Result.Done(0));
    history.advance(1_100).get(2, "a");
    brokenIsOnly(LeaseChecker.GONE_IN_TIME);
  }

  @Test
  @DisplayName("LL-03 LL-12 a keep-alive that is acknowledged after the end is found")
  void acknowledgedAfterTheEnd() {
    history.grant(7, TTL);
    history.advance(TTL).endLease(7);
    history.keepAlive(7, TTL);
    brokenIsOnly(LeaseChecker.OK_MEANS_ALIVE);
  }

  @Test
  @DisplayName("LL-12 a put under a lease whose keys were seen to be gone is found")
  void putAfterTheEnd() {
    history.grant(7, TTL);
    history.put(1, "a", "1", 7);
    history.advance(TTL).endLease(7);
    history.put(1, "c", "1", 7);
    brokenIsOnly(LeaseChecker.OK_MEANS_ALIVE);
  }

  @Test
  @DisplayName("LL-13 what comes under a lease after its keys went in that shard is found")
  void comesAfterTheEnd() {
    history.grant(7, TTL);
    history.put(1, "a", "1", 7);
    long late = history.invoke(1, new Op.Put("aa", "1", 7));
    history.advance(TTL).endLease(7);
    history.applied(Map.of("aa", "x"));
    history.add(at -> new Event.Unknown(at, late));
    assertThat(verdict().violations()).isEmpty();
    history.add(at -> new Event.Applied(at, 1, 90, 0, List.of(Change.put(
        new Version("ab", "1", 90, 90, 1, 7), Optional.empty()))));
    brokenIsOnly(LeaseChecker.NOTHING_AFTER);
  }

  @Test
  @DisplayName("SM-07 an end that leaves a key of its shard is found")
  void leavesAKey() {
    history.grant(7, TTL);
    history.put(1, "a", "1", 7);
    history.put(1, "aa", "1", 7);
    history.advance(TTL);
    long revision = history.revision() + 1;
    history.add(at -> new Event.Applied(at, 1, revision, 7, List.of(Change.delete(revision,
        history.held("a").orElseThrow()))));
    brokenIsOnly(LeaseChecker.AT_ONCE);
  }

  @Test
  @DisplayName("LL-06 times to live beyond what was granted, or below zero, are found")
  void outOfRange() {
    history.grant(7, TTL);
    look(7, TTL + 1);
    look(7, -5);
    history.call(2, new Op.KeepAlive(7), new Result.Leased(0, 7, 0, -1));
    brokenIsOnly(LeaseChecker.TTL_IN_RANGE);
    assertThat(verdict().violations()).hasSize(3);
  }

  @Test
  @DisplayName("LL-04 a TTL of nothing, below zero or huge that is granted is found")
  void badTtlGranted() {
    for (long ttl : new long[] {0, -1, Long.MAX_VALUE}) {
      history.refuse(1, new Op.Grant(0, ttl), "BAD_REQUEST");
    }
    assertThat(verdict().violations()).isEmpty();
    for (long ttl : new long[] {0, -1, Long.MAX_VALUE}) {
      history.call(1, new Op.Grant(40 + ttl, ttl), new Result.Leased(0, 40 + ttl, TTL * MILLI, -1));
    }
    assertThat(verdict().broken()).contains(LeaseChecker.BOUNDARY);
    assertThat(verdict().violations()).filteredOn(each -> each.rule().equals(LeaseChecker.BOUNDARY)).hasSize(3);
  }

  @Test
  @DisplayName("LL-07 an id that is given twice is found")
  void idTwice() {
    history.grant(7, TTL);
    history.grant(7, TTL);
    brokenIsOnly(LeaseChecker.NEW_ID);
  }
}
