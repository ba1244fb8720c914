package io.cairn.raft.membership;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.raft.InvariantBroken;
import io.cairn.raft.ReplicaId;
import io.cairn.raft.quorum.MajorityQuorum;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class MembershipTest {

  private static SortedSet<ReplicaId> ids(long... values) {
    var ids = new TreeSet<ReplicaId>();
    for (long value : values) {
      ids.add(new ReplicaId(value));
    }
    return ids;
  }

  private static final Membership OLD = Membership.of(ids(1, 2, 3));
  private static final Membership JOINT = new Membership(ids(1, 2, 4), ids(1, 2, 3), ids(5));
  private static final Membership NEW = Membership.of(ids(1, 2, 4));

  @Test
  @DisplayName("MB-05 a joint membership comes back from its bytes as it was")
  void bytesRoundTrip() {
    assertThat(MembershipCodec.decode(MembershipCodec.encode(JOINT))).isEqualTo(JOINT);
    assertThat(MembershipCodec.decode(MembershipCodec.encode(OLD))).isEqualTo(OLD);
  }

  @Test
  void everyShortenedLengthenedOrForeignMembershipIsRefused() {
    byte[] bytes = MembershipCodec.encode(JOINT);
    for (int length = 0; length < bytes.length; length++) {
      byte[] shortened = java.util.Arrays.copyOf(bytes, length);
      assertThatThrownBy(() -> MembershipCodec.decode(shortened)).isInstanceOf(IllegalArgumentException.class);
    }
    byte[] lengthened = java.util.Arrays.copyOf(bytes, bytes.length + 1);
    assertThatThrownBy(() -> MembershipCodec.decode(lengthened)).hasMessageContaining("too many");
    bytes[0] = 9;
    assertThatThrownBy(() -> MembershipCodec.decode(bytes)).hasMessageContaining("format 9").hasMessageContaining("1 and 2 are known");
  }

  @Test
  @DisplayName("MB-04 behind a snapshot an older, uncommitted membership decides no more")
  void snapshotReplacesUncommittedMemberships() {
    var history = new MembershipHistory(OLD, 10);
    history.append(15, JOINT);
    history.restart(NEW, 20);
    history.truncateFrom(11);
    assertThat(history.current()).isEqualTo(NEW);
    assertThat(history.index()).isEqualTo(20);
  }

  @Test
  void theNewestAppendedDecidesAndACutBringsBackTheOneBefore() {
    var history = new MembershipHistory(OLD, 0);
    history.append(5, JOINT);
    history.append(8, NEW);
    assertThat(history.current()).isEqualTo(NEW);
    history.truncateFrom(8);
    assertThat(history.current()).isEqualTo(JOINT);
    history.appliedTo(7);
    history.truncateFrom(3);
    assertThat(history.current()).as("what is applied cannot be cut").isEqualTo(JOINT);
  }

  private static void refused(String reason, ThrowingCallable membership) {
    assertThatThrownBy(membership).isInstanceOf(IllegalArgumentException.class).hasMessageContaining(reason);
  }

  @Test
  void aMembershipThatCannotBeIsRefused() {
    refused("at least one voter", () -> Membership.of(ids()));
    refused("replica 2 is both a voter and a learner", () -> new Membership(ids(1, 2), ids(), ids(2)));
    refused("replica 5 is above the highest id ever used, 4", () -> new Membership(ids(1, 2), ids(), ids(5), new ReplicaId(4)));
    refused("a majority needs at least one voter", () -> new MajorityQuorum(ids()));
    refused("only when the joint state is left", () -> MembershipPlan.of(JOINT, List.of()));
  }

  @Test
  void aVoterThatIsToLearnVotesUntilTheChangeIsOver() {
    var demoted = new Membership(ids(1, 2), ids(1, 2, 3), ids(3, 4));
    assertThat(demoted.isLearner(new ReplicaId(3))).isFalse();
    assertThat(demoted.isVoter(new ReplicaId(3))).isTrue();
    assertThat(demoted.isLearner(new ReplicaId(4))).isTrue();
    assertThat(demoted.left().isLearner(new ReplicaId(3))).isTrue();
    assertThat(demoted.isLearner(new ReplicaId(1))).isFalse();
  }

  @Test
  void whoeverTookPartBeforeTheMembersMayBeTheSame() {
    assertThat(OLD.hasMembersOf(new Membership(ids(1, 2, 3), ids(), ids(), new ReplicaId(9)))).isTrue();
    assertThat(OLD.hasMembersOf(NEW)).isFalse();
    assertThat(OLD.hasMembersOf(new Membership(ids(1, 2, 3), ids(1, 2), ids()))).isFalse();
    assertThat(OLD.hasMembersOf(new Membership(ids(1, 2, 3), ids(), ids(4)))).isFalse();
  }

  @Test
  void membershipsComeInTheOrderOfTheirEntries() {
    var history = new MembershipHistory(OLD, 10);
    assertThatThrownBy(() -> history.append(10, JOINT)).isInstanceOf(InvariantBroken.class)
        .hasMessageContaining("the members of entry 10 come after those of 10");
  }

  /** Format, then three lists, then the highest id. */
  private static byte[] bytes(int format, long... numbers) {
    var bytes = ByteBuffer.allocate(100).put((byte) format);
    for (long number : numbers) {
      bytes.putLong(number);
    }
    return Arrays.copyOf(bytes.array(), bytes.position());
  }

  @Test
  @DisplayName("MB-02 a membership of the first format, which knew of no removed replicas, is still read")
  void theFirstFormatIsRead() {
    byte[] now = MembershipCodec.encode(JOINT);
    byte[] first = Arrays.copyOf(now, now.length - Long.BYTES);
    first[0] = 1;
    assertThat(MembershipCodec.decode(first)).isEqualTo(JOINT);
    first[0] = 2;
    refused("ends before the highest id ever used", () -> MembershipCodec.decode(first));
    refused("names -1 replicas", () -> MembershipCodec.decode(bytes(2, -1L, 0)));
    refused("replicas in 12 bytes", () -> MembershipCodec.decode(bytes(2, 7L << 32, 0)));
  }

  @Test
  void whatLeadsFromOneMembershipToAnother() {
    var now = new Membership(ids(1, 2, 3), ids(), ids(4, 5));
    var wanted = new Membership(ids(1, 2, 4), ids(), ids(3, 5, 6));
    assertThat(MemberChange.between(now, wanted)).containsExactly(new MemberChange.Promote(new ReplicaId(4)),
        new MemberChange.Demote(new ReplicaId(3)), new MemberChange.AddLearner(new ReplicaId(6)));
    assertThat(MemberChange.between(now, OLD)).containsExactly(new MemberChange.Remove(new ReplicaId(4)),
        new MemberChange.Remove(new ReplicaId(5)));
    assertThat(MemberChange.between(now, now)).isEmpty();
  }
}
