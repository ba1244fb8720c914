package io.cairn.server.members;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.protocol.transport.HostPort;
import io.cairn.storage.StorageFailure;
import io.cairn.storage.directory.Incarnation;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** What {@link DrivenCluster} sends through the codec at every step is not repeated here. */
class MemberCodecTest {
  private static final MemberCommand JOIN = new MemberCommand.Join(4, new Incarnation(-1, 7));

  @Test
  void aJoinComesBackAsItWas() {
    assertThat(MemberCodec.decodeCommand(MemberCodec.encode(JOIN))).isEqualTo(JOIN);
  }

  @Test
  void whatThisVersionDoesNotKnowIsNotHalfUnderstood() {
    byte[] format = MemberCodec.encode(JOIN);
    format[0] = 2;
    assertThatThrownBy(() -> MemberCodec.decodeCommand(format)).isInstanceOf(IllegalStateException.class).hasMessageContaining("format 2");
    byte[] kind = MemberCodec.encode(JOIN);
    kind[1] = 6;
    assertThatThrownBy(() -> MemberCodec.decodeCommand(kind)).isInstanceOf(IllegalStateException.class).hasMessageContaining("command 6");
    byte[] longer = Arrays.copyOf(MemberCodec.encode(JOIN), MemberCodec.encode(JOIN).length + 1);
    assertThatThrownBy(() -> MemberCodec.decodeCommand(longer)).isInstanceOf(IllegalStateException.class).hasMessageContaining("too many");
  }

  @Test
  void whatEndsTooEarlyIsCorrupt() {
    byte[] whole = MemberCodec.encode(JOIN);
    for (int length = 0; length < whole.length; length++) {
      byte[] cut = Arrays.copyOf(whole, length);
      assertThatThrownBy(() -> MemberCodec.decodeCommand(cut)).isInstanceOf(StorageFailure.class);
    }
  }

  /** A node that cannot read what is committed stops before it, and so do all the others. */
  @Test
  void whatIsProposedCanBeRead() {
    for (String host : List.of("127.0.0.1", "::1", "fe80::1%eth0", "db-1.example")) {
      var begin = new MemberCommand.Begin(1, ChangeKind.ADD, "n4", "", new HostPort(host, 1), new HostPort(host, 65_535), new TreeSet<>(Set.of(0)));
      assertThat(MemberCodec.decodeCommand(MemberCodec.encode(begin))).isEqualTo(begin);
    }
    for (String host : List.of("[]", "[ ]", "\u0001", " a", "[a]")) {
      assertThatThrownBy(() -> new HostPort(host, 7101)).isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void onlyTheFirstDataDirectoryJoinsUnderAName() {
    var cluster = new DrivenCluster(false);
    NodeTable joined = TableRules.apply(cluster.table(), JOIN);
    assertThat(joined.named("n4").incarnation()).contains(new Incarnation(-1, 7));

    assertThat(TableRules.apply(joined, new MemberCommand.Join(4, new Incarnation(1, 1)))).isSameAs(joined);
    assertThat(TableRules.apply(joined, new MemberCommand.Join(1, new Incarnation(1, 1)))).as("a founder").isSameAs(joined);
  }
}
