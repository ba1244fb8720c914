package io.cairn.server.lease;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.platform.Clock;
import io.cairn.storage.lease.Lease;
import io.cairn.storage.lease.LeaseShards;
import io.cairn.storage.lease.LeaseLimits;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class LeaseClockTest {
  private static final long MILLI = TimeUnit.MILLISECONDS.toNanos(1);
  private static final long AGAIN = TimeUnit.SECONDS.toNanos(1);

  /** Begins near where nanoseconds turn negative: nothing may compare them but by their difference. */
  private static final class Hand implements Clock {
    private long now = Long.MAX_VALUE - 5_000 * MILLI;

    @Override
    public long nanoTime() {
      return now;
    }

    @Override
    public long wallMillis() {
      throw new AssertionError("no lease goes by the wall clock");
    }
  }

  private final Hand hand = new Hand();
  private final LeaseClock times = new LeaseClock(hand);

  private static Lease lease(long id, long ttlMillis, long epoch) {
    return new Lease(id, 100 + id, ttlMillis, epoch, false, LeaseShards.NONE);
  }

  private List<Long> due() {
    return times.due(1_000, AGAIN).stream().map(seen -> seen.id()).toList();
  }

  @Test
  @DisplayName("LL-06 what is left is within 0 and the TTL, whatever the TTL and however often the replica stands on other data")
  void whatIsLeftIsWithinItsBounds() {
    var random = new Random(6);
    long[] ttls = {LeaseLimits.TTL_MILLIS_MIN, 1_001, 30_000, LeaseLimits.TTL_MILLIS_MAX - 1, LeaseLimits.TTL_MILLIS_MAX};
    var leases = new ArrayList<Lease>();
    for (int i = 0; i < 200; i++) {
      leases.add(lease(1 + i, ttls[random.nextInt(ttls.length)], 1));
      times.changed(leases.get(i));
    }
    for (int step = 0; step < 2_000; step++) {
      int at = random.nextInt(leases.size());
      Lease before = leases.get(at);
      switch (random.nextInt(4)) {
        case 0 -> {
          leases.set(at, lease(before.id(), before.ttlMillis(), before.epoch() + 1));
          times.changed(leases.get(at));
        }
        case 1 -> times.reset(leases); // A snapshot, or another leader: the stamps are those of before.
        case 2 -> hand.now += random.nextInt(2_000) * MILLI;
        default -> due();
      }
      Lease looked = leases.get(random.nextInt(leases.size()));
      assertThat(times.remainingMillis(looked.id())).isBetween(0L, looked.ttlMillis());
    }
  }

  @Test
  @DisplayName("LL-05 who leads next goes on with the stamp that it took itself: neither sooner nor later; what it has not seen is stamped when it comes")
  void aResetKeepsTheStamps() {
    times.changed(lease(1, 4_000, 1));
    times.changed(lease(2, 4_000, 1));
    for (int changes = 0; changes < 3; changes++) {
      hand.now += 1_000 * MILLI;
      times.reset(List.of(lease(1, 4_000, 1), lease(2, 4_000, 2), lease(3, 4_000, 1)));
      assertThat(times.remainingMillis(1)).as("a change of leader adds nothing").isEqualTo(3_000 - 1_000L * changes);
      assertThat(times.remainingMillis(2)).as("renewed unseen, once").isEqualTo(4_000 - 1_000L * changes);
      assertThat(times.remainingMillis(3)).isEqualTo(4_000 - 1_000L * changes);
    }
    hand.now += 1_000 * MILLI - 1;
    assertThat(due()).as("never early").isEmpty();
    hand.now += 1;
    assertThat(due()).containsExactly(1L);
    hand.now += 1_000 * MILLI;
    assertThat(due()).as("the first again, since its end came to nothing").containsExactlyInAnyOrder(1L, 2L, 3L);
  }

  @Test
  @DisplayName("LL-13 an end that could not be proposed, as while leadership is on its way, is named again at once and once")
  void whatCouldNotBeProposedIsNamedAgain() {
    times.changed(lease(1, 2_000, 1));
    times.changed(lease(2, 2_000, 1));
    hand.now += 2_000 * MILLI;
    times.notProposed(times.due(10, AGAIN));
    assertThat(due()).containsExactly(1L, 2L);
    assertThat(due()).isEmpty();
    hand.now += AGAIN;
    assertThat(due()).containsExactly(1L, 2L);
  }

  @Test
  @DisplayName("LL-02 an end names the renewal that was seen here; one that was renewed meanwhile is due by that renewal")
  void anEndNamesWhatWasSeen() {
    times.changed(lease(1, 2_000, 1));
    hand.now += 1_500 * MILLI;
    times.changed(lease(1, 2_000, 2));
    hand.now += 1_000 * MILLI;
    assertThat(due()).isEmpty();
    hand.now += 1_000 * MILLI;
    var over = times.due(10, AGAIN);
    assertThat(over).hasSize(1);
    assertThat(over.getFirst().epoch()).isEqualTo(2);
    assertThat(over.getFirst().grant()).isEqualTo(101);
    times.changed(new Lease(1, 101, 2_000, 2, true, LeaseShards.NONE.with(1, Lease.Stage.REGISTERED)));
    assertThat(times.ending()).isEqualTo(1);
    assertThat(times.remainingMillis(1)).isZero();
    hand.now += 10_000 * MILLI;
    assertThat(due()).as("its end is carried on by others").isEmpty();
    LeaseClock.Held last = times.changed(new Lease(1, 101, 2_000, 2, true, LeaseShards.NONE));
    assertThat(hand.now - last.end()).as("how long ago its time was over").isEqualTo(10_000 * MILLI);
    assertThat(times.size()).isZero();
    assertThat(times.ending()).isZero();
  }
}
