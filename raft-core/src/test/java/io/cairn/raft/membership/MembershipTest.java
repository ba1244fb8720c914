package io.cairn.raft.membership;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.raft.ReplicaId;
import java.util.SortedSet;
import java.util.TreeSet;
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
}
