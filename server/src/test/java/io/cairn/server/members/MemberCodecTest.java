package io.cairn.server.members;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.storage.StorageFailure;
import io.cairn.storage.directory.Incarnation;
import java.util.Arrays;
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

  @Test
  void onlyTheFirstDataDirectoryJoinsUnderAName() {
    var cluster = new DrivenCluster(false);
    NodeTable joined = TableRules.apply(cluster.table(), JOIN);
    assertThat(joined.named("n4").incarnation()).contains(new Incarnation(-1, 7));

    assertThat(TableRules.apply(joined, new MemberCommand.Join(4, new Incarnation(1, 1)))).isSameAs(joined);
    assertThat(TableRules.apply(joined, new MemberCommand.Join(1, new Incarnation(1, 1)))).as("a founder").isSameAs(joined);
  }
}
