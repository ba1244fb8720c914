package io.cairn.server.history;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.cairn.server.command.EntryPayload;
import io.cairn.server.command.SystemCommand;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class HistoryTableTest {

  @Test
  @DisplayName("SM-05 the wanted compaction revision never goes back")
  void theWantedCompactionNeverGoesBack() {
    HistoryTable table = HistoryTable.NONE.after(new HistoryCommand.Compact(7));
    assertThat(table.wanted()).isEqualTo(7);
    assertThat(table.after(new HistoryCommand.Compact(7))).isSameAs(table);
    assertThat(table.after(new HistoryCommand.Compact(6))).isSameAs(table);
    assertThat(table.has(new HistoryCommand.Compact(6))).isTrue();
    assertThat(table.has(new HistoryCommand.Compact(8))).isFalse();
  }

  private static HistoryCommand keep(boolean keeps, String prefix) {
    return new HistoryCommand.Keep(keeps, ByteString.copyFromUtf8(prefix));
  }

  @Test
  void aWiderPrefixTakesTheNarrowerOnesAndIsTurnedOnAsAWhole() {
    HistoryTable table = HistoryTable.NONE.after(keep(false, "a/b/")).after(keep(false, "c/")).after(keep(false, "a/"));
    assertThat(table.off()).isEqualTo(List.of(ByteString.copyFromUtf8("c/"), ByteString.copyFromUtf8("a/")));
    assertThat(table.has(keep(false, "a/x"))).as("it is off with the wider one").isTrue();
    assertThat(table.refusal(keep(true, "a/x"))).contains("wider prefix");
    assertThat(table.refusal(keep(true, "a/"))).isNull();
    assertThat(table.after(keep(true, "a/")).off()).isEqualTo(List.of(ByteString.copyFromUtf8("c/")));
    assertThat(table.has(keep(true, "z/"))).isTrue();
    assertThat(HistoryCodec.decodeTable(HistoryCodec.encode(table))).isEqualTo(table);
    HistoryCommand command = keep(false, "a/");
    assertThat(HistoryCodec.decodeCommand(HistoryCodec.encode(command))).isEqualTo(command);
  }

  @Test
  void thereIsAMostOfPrefixes() {
    HistoryTable table = HistoryTable.NONE;
    for (int i = 0; i < 1_000; i++) {
      table = table.after(keep(false, "p" + i + "/"));
    }
    assertThat(table.refusal(keep(false, "q/"))).contains("1000 prefixes");
    assertThat(table.after(keep(false, "q/"))).isSameAs(table);
  }

  @Property(tries = 200)
  void whatIsWrittenIsReadAgain(@ForAll @LongRange(min = 1) long revision) {
    HistoryCommand command = new HistoryCommand.Compact(revision);
    byte[] payload = EntryPayload.system(new SystemCommand.ChangeHistory(command));
    assertThat(payload[1]).isEqualTo((byte) EntryPayload.UPKEEP_LEVEL);
    assertThat(EntryPayload.decodeSystem(payload)).isEqualTo(new SystemCommand.ChangeHistory(command));
    HistoryTable table = HistoryTable.NONE.after(command);
    assertThat(HistoryCodec.decodeTable(HistoryCodec.encode(table))).isEqualTo(table);
  }

  @Test
  void whatIsNotUnderstoodWholeIsRefused() {
    byte[] command = HistoryCodec.encode(new HistoryCommand.Compact(7));
    assertThatThrownBy(() -> HistoryCodec.decodeCommand(Arrays.copyOf(command, command.length + 1))).hasMessageContaining("too many");
    assertThatThrownBy(() -> HistoryCodec.decodeCommand(new byte[] {99})).hasMessageContaining("unknown to this version");
    assertThatThrownBy(() -> HistoryCodec.decodeTable(new byte[] {99})).hasMessageContaining("format 99");
  }
}
