package io.cairn.client.services;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.client.ByteSeq;
import io.cairn.client.KeyValue;
import java.time.Duration;
import java.util.List;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.lifecycle.BeforeTry;

/** What a view makes of what happens to entries. Time is in nanoseconds of connection. */
class MembersProperties {
  private static final long KEEP = Duration.ofMinutes(5).toNanos();

  private Members members;
  private long revision;

  @BeforeTry
  void begin() {
    members = new Members("s", DiscoveryOptions.DEFAULT);
    revision = 1;
  }

  private void put(int id, Lifecycle lifecycle, ServiceHealth health, long now) {
    ServiceEntry entry = new ServiceEntry(ServiceInstance.of("i" + id, "h", id + 1), lifecycle, health, 1);
    revision++;
    members.put(new KeyValue(key(id), EntryText.write(entry), revision, revision, 1, 1), now);
  }

  private void up(int id) {
    put(id, Lifecycle.UP, ServiceHealth.PASSING, 0);
  }

  private void delete(int id, long now) {
    revision++;
    members.delete(key(id), now);
  }

  private static ByteSeq key(int id) {
    return ServiceKeys.key("s", "i" + id);
  }

  private List<String> shown() {
    return members.snapshot(revision).candidates().stream().map(KnownInstance::id).toList();
  }

  @Property(tries = 300)
  void aStormOfExpiriesNeverShowsLessThanHalfOfTheInstances(@ForAll @IntRange(min = 1, max = 200) int count) {
    for (int i = 0; i < count; i++) {
      up(i);
    }
    for (int i = 0; i < count; i++) {
      delete(i, i);
      assertThat(shown()).as("%s of %s have vanished", i + 1, count).hasSizeGreaterThanOrEqualTo((count + 1) / 2);
    }
    ServiceSnapshot panic = members.snapshot(revision);
    assertThat(panic.isPanicking()).isTrue();
    assertThat(panic.instances()).hasSize(count).allMatch(KnownInstance::isSuspected);
    for (int i = 0; i < count; i++) {
      up(i);
      assertThat(shown()).hasSizeGreaterThanOrEqualTo((count + 1) / 2);
    }
    assertThat(members.snapshot(revision).isPanicking()).isFalse();
    assertThat(shown()).hasSize(count);
  }

  @Property(tries = 300)
  void whoGoesOnPurposeIsNeverShownAgain(@ForAll @Size(min = 1, max = 60) List<@IntRange(max = 3) Integer> ways) {
    for (int i = 0; i < ways.size(); i++) {
      up(i);
    }
    for (int i = 0; i < ways.size(); i++) {
      switch (ways.get(i)) {
        case 0 -> put(i, Lifecycle.LEAVING, ServiceHealth.PASSING, 0);
        case 1 -> put(i, Lifecycle.DRAINING, ServiceHealth.PASSING, 0);
        case 2 -> {
          put(i, Lifecycle.DRAINING, ServiceHealth.PASSING, 0);
          delete(i, 0);
        }
        default -> delete(i, 0); // Vanished.
      }
      for (int j = 0; j <= i; j++) {
        if (ways.get(j) < 3) {
          assertThat(shown()).doesNotContain("i" + j);
        }
      }
    }
    long drainingStill = ways.stream().filter(way -> way == 1).count();
    assertThat(members.snapshot(revision).instances().stream().filter(each -> each.lifecycle() == Lifecycle.DRAINING)).hasSize((int) drainingStill);
  }

  @Example
  void theFormulaIsTheOneInThePage() {
    for (int i = 0; i < 4; i++) {
      up(i);
    }
    delete(0, 0);
    delete(1, 0);
    assertThat(members.snapshot(revision).isPanicking()).as("100 * 2 < 50 * 4 does not hold").isFalse();
    assertThat(shown()).containsExactly("i2", "i3");
    delete(2, 0);
    assertThat(members.snapshot(revision).isPanicking()).as("100 * 1 < 50 * 4 holds").isTrue();
    assertThat(shown()).containsExactly("i0", "i1", "i2", "i3");
  }

  @Example
  void suspectedOnesAreForgottenWhenTheirTimeIsOver() {
    up(0);
    up(1);
    delete(0, 10);
    delete(1, 20);
    assertThat(members.nextIn(30)).isEqualTo(KEEP - 20);
    members.forget(10 + KEEP - 1);
    assertThat(shown()).containsExactly("i0", "i1");
    members.forget(10 + KEEP);
    assertThat(shown()).containsExactly("i1");
    members.forget(20 + KEEP);
    assertThat(shown()).isEmpty();
    assertThat(members.snapshot(revision).isPanicking()).isFalse();
    assertThat(members.nextIn(20 + KEEP)).isNegative();
  }

  @Property
  void healthIsIgnoredWhenFewerThanHalfPass(@ForAll @IntRange(min = 1, max = 40) int count, @ForAll @IntRange(max = 40) int failing) {
    for (int i = 0; i < count; i++) {
      put(i, Lifecycle.UP, i < failing ? ServiceHealth.FAILING : ServiceHealth.PASSING, 0);
    }
    int passing = Math.max(0, count - failing);
    ServiceSnapshot snapshot = members.snapshot(revision);
    assertThat(snapshot.ignoresHealth()).isEqualTo(passing * 100 < 50 * count);
    assertThat(snapshot.candidates()).hasSize(snapshot.ignoresHealth() ? count : passing);
    assertThat(snapshot.instances()).hasSize(count);
  }

  @Example
  void aStateThatBeginsAnewShowsWhatHasVanishedMeanwhile() {
    up(0);
    up(1);
    up(2);
    put(3, Lifecycle.DRAINING, ServiceHealth.PASSING, 0);
    members.stateBegins();
    up(1);
    members.stateEnds(0);
    ServiceSnapshot snapshot = members.snapshot(revision);
    assertThat(snapshot.isPanicking()).isTrue();
    assertThat(snapshot.instances()).extracting(KnownInstance::id).containsExactly("i0", "i1", "i2");
    assertThat(snapshot.instances()).extracting(KnownInstance::isSuspected).containsExactly(true, false, true);
  }

  @Example
  void whatCannotBeReadIsCountedAndWhatItWasLastStaysSuspected() {
    up(0);
    members.put(new KeyValue(key(0), ByteSeq.utf8("{\"v\":9}"), 2, ++revision, 2, 1), 0);
    members.put(new KeyValue(ByteSeq.utf8("services/{s}/a/b"), ByteSeq.utf8("no entry"), 2, ++revision, 2, 1), 0);
    ServiceSnapshot snapshot = members.snapshot(revision);
    assertThat(snapshot.unreadable()).isEqualTo(1);
    assertThat(snapshot.candidates()).singleElement().satisfies(each -> assertThat(each.isSuspected()).isTrue());
    up(0);
    assertThat(members.snapshot(revision).unreadable()).isZero();
    assertThat(members.snapshot(revision).candidates()).singleElement().satisfies(each -> assertThat(each.isSuspected()).isFalse());
  }

  @Example
  void anOlderVersionDoesNotReplaceANewerOne() {
    up(0);
    KeyValue old = new KeyValue(key(0), EntryText.write(new ServiceEntry(ServiceInstance.of("i0", "old", 1), Lifecycle.UP, ServiceHealth.PASSING, 1)),
        1, 1, 1, 1);
    members.put(old, 0);
    assertThat(members.snapshot(revision).candidates().get(0).instance().host()).isEqualTo("h");
  }
}
