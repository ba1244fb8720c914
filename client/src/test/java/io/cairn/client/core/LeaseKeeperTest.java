package io.cairn.client.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.client.RefusedCode;
import io.cairn.client.RefusedException;
import io.cairn.client.SessionState;
import io.cairn.client.fake.FakeNode;
import io.cairn.client.fake.VirtualLoop;
import io.cairn.protocol.wire.LeaseKeepAliveAnswer;
import io.cairn.protocol.wire.Request;
import io.cairn.protocol.wire.Response;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What keeps leases alive, in virtual time: when it warns, when it gives up, and what it costs. */
class LeaseKeeperTest {
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
  private static final long TTL = 9 * SECOND;

  private Simulation sim;
  private final List<SessionState> heard = new ArrayList<>();
  private final List<Request> renewals = new ArrayList<>();
  private final TreeSet<Long> gone = new TreeSet<>();
  private boolean silent;

  LeaseKeeperTest() {
    begin(new Simulation());
  }

  private void begin(Simulation its) {
    sim = its;
    for (int i = 1; i <= 3; i++) {
      sim.node(i).script(this::answer);
    }
    sim.done(sim.put("a", "1"));
  }

  private Response answer(Request request) {
    if (!request.hasLeaseKeepAlive()) {
      return null;
    }
    renewals.add(request);
    LeaseKeepAliveAnswer.Builder answer = LeaseKeepAliveAnswer.newBuilder();
    request.getLeaseKeepAlive().getIdsList().forEach(id -> answer.addTtlMillis(gone.contains(id) ? 0 : 9_000));
    return silent ? FakeNode.SILENCE : Response.newBuilder().setLeaseKeepAlive(answer).build();
  }

  private HeldLease hold(long id) {
    return sim.core.keeper().hold(id, TTL, sim.core.keeper().now(), heard::add);
  }

  @Test
  @DisplayName("one message, every third of the TTL, for all leases of a client")
  void oneMessageForAll() {
    List<HeldLease> leases = new ArrayList<>();
    for (long id = 1; id <= 100; id++) {
      leases.add(hold(id));
    }
    sim.loop.runFor(90 * SECOND);
    assertThat(renewals).hasSizeBetween(25, 32).allSatisfy(each -> assertThat(each.getLeaseKeepAlive().getIdsCount()).isEqualTo(100));
    assertThat(heard).isEmpty();
    assertThat(leases).allMatch(lease -> lease.state() == SessionState.ACTIVE && lease.remainingNanos() > TTL / 3);
  }

  @Test
  @DisplayName("a lease is renewed wherever the clock begins: only differences of its readings mean anything")
  void aClockMayBeginAnywhere() {
    for (long start : new long[] {-1_000_000_000_000_000L, -SECOND, 0}) {
      begin(new Simulation(new VirtualLoop(start), settings -> settings));
      renewals.clear();
      HeldLease lease = hold(1);
      sim.loop.runFor(90 * SECOND);
      assertThat(lease.state()).as("begun at %d", start).isEqualTo(SessionState.ACTIVE);
      assertThat(renewals).hasSizeBetween(25, 32);
    }
  }

  @Test
  @DisplayName("U41 it warns a third of the TTL before the server may end the lease, and is lost, with the cause, when that may be")
  void warnsBeforeTheEnd() {
    HeldLease lease = hold(1);
    sim.loop.runFor(4 * SECOND);
    silent = true;
    long acknowledged = sim.loop.nanoTime() - SECOND;
    sim.loop.runUntil(() -> heard.size() == 1, 60 * SECOND);
    assertThat(heard).containsExactly(SessionState.AT_RISK);
    assertThat(sim.loop.nanoTime() - acknowledged).isBetween(TTL / 2, TTL * 3 / 4);
    assertThat(lease.cause()).isNotNull();
    sim.loop.runUntil(() -> heard.size() == 2, 60 * SECOND);
    assertThat(heard).containsExactly(SessionState.AT_RISK, SessionState.LOST);
    assertThat(sim.loop.nanoTime() - acknowledged).isBetween(TTL - SECOND / 10, TTL + SECOND / 10);
    silent = false;
    int sent = renewals.size();
    sim.loop.runFor(60 * SECOND);
    assertThat(renewals).as("what is lost is not renewed").hasSize(sent);
    assertThat(lease.state()).isEqualTo(SessionState.LOST);
    assertThat(lease.cause()).isInstanceOf(RefusedException.class);
    assertThat(lease.remainingNanos()).isZero();
  }

  @Test
  void isActiveAgainWhenTheServerAnswersInTime() {
    HeldLease lease = hold(1);
    silent = true;
    sim.loop.runUntil(() -> heard.size() == 1, 60 * SECOND);
    silent = false;
    sim.loop.runUntil(() -> heard.size() == 2, 60 * SECOND);
    assertThat(heard).containsExactly(SessionState.AT_RISK, SessionState.ACTIVE);
    assertThat(lease.cause()).isNull();
  }

  @Test
  @DisplayName("LL-03 a lease that the server calls gone is lost at once; the others live on")
  void goneIsGone() {
    HeldLease first = hold(1);
    HeldLease second = hold(2);
    gone.add(1L);
    sim.loop.runFor(4 * SECOND);
    assertThat(first.state()).isEqualTo(SessionState.LOST);
    assertThat(((RefusedException) first.cause()).code()).isEqualTo(RefusedCode.LEASE_NOT_FOUND);
    assertThat(second.state()).isEqualTo(SessionState.ACTIVE);
    sim.loop.runFor(30 * SECOND);
    assertThat(renewals.get(renewals.size() - 1).getLeaseKeepAlive().getIdsList()).containsExactly(2L);
    assertThat(heard).containsExactly(SessionState.LOST);
  }

  @Test
  @DisplayName("after a pause longer than the TTL whoever looks is told the truth before anything has run")
  void aLongPauseIsKnown() {
    HeldLease lease = hold(1);
    sim.loop.runFor(30 * SECOND);
    assertThat(lease.state()).isEqualTo(SessionState.ACTIVE);
    sim.loop.pause(2 * TTL);
    assertThat(lease.state()).isEqualTo(SessionState.LOST);
    sim.loop.runFor(SECOND);
    assertThat(heard).containsExactly(SessionState.LOST);
    int sent = renewals.size();
    sim.loop.runFor(60 * SECOND);
    assertThat(renewals).hasSize(sent);
  }

  @Test
  @DisplayName("who was told LOST after a pause is not told otherwise by an answer that was on its way all the time")
  void lostIsForGood() {
    LeaseKeeper.Moment granted = sim.core.keeper().now();
    HeldLease lease = new HeldLease(sim.loop, 1, TTL, granted, heard::add);
    sim.loop.pause(TTL / 3);
    LeaseKeeper.Moment renewed = sim.core.keeper().now();
    sim.loop.pause(TTL - SECOND);
    assertThat(lease.state()).isEqualTo(SessionState.LOST);
    lease.confirm(renewed);
    assertThat(lease.state()).isEqualTo(SessionState.LOST);
    assertThat(heard).containsExactly(SessionState.LOST);
  }

  @Test
  @DisplayName("a wall clock that ran ahead puts a lease at risk at once, and the server says whether it still lives")
  void aSuspendedMachineIsNoticed() {
    HeldLease lease = hold(1);
    sim.loop.runFor(30 * SECOND);
    sim.loop.suspend(TimeUnit.HOURS.toMillis(1));
    assertThat(lease.state()).isEqualTo(SessionState.AT_RISK);
    sim.loop.runFor(2 * SECOND);
    assertThat(heard).containsExactly(SessionState.AT_RISK, SessionState.ACTIVE);
    gone.add(1L);
    sim.loop.suspend(TimeUnit.HOURS.toMillis(1));
    sim.loop.runFor(2 * SECOND);
    assertThat(heard).endsWith(SessionState.AT_RISK, SessionState.LOST);
  }

  @Test
  @DisplayName("LL-11 nothing is renewed once the session, or the client, is closed")
  void closedKeepsNothingAlive() {
    HeldLease first = hold(1);
    HeldLease second = hold(2);
    sim.loop.runFor(4 * SECOND);
    assertThat(sim.core.keeper().release(first)).isTrue();
    assertThat(sim.core.keeper().release(first)).isFalse();
    sim.loop.runFor(30 * SECOND);
    assertThat(renewals.get(renewals.size() - 1).getLeaseKeepAlive().getIdsList()).containsExactly(2L);
    sim.core.close();
    sim.loop.runFor(SECOND);
    int sent = renewals.size();
    sim.loop.runFor(60 * SECOND);
    assertThat(renewals).hasSize(sent);
    assertThat(second.state()).isEqualTo(SessionState.LOST);
    assertThat(((RefusedException) second.cause()).code()).isEqualTo(RefusedCode.CLOSED);
    assertThat(first.state()).isEqualTo(SessionState.CLOSED);
    HeldLease late = hold(3);
    assertThat(late.state()).isNotEqualTo(SessionState.CLOSED);
    sim.loop.runFor(SECOND);
    assertThat(late.state()).isEqualTo(SessionState.LOST);
  }
}
