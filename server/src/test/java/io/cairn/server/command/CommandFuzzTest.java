package io.cairn.server.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.cairn.protocol.fuzz.Bytes;
import io.cairn.protocol.fuzz.Fuzz;
import io.cairn.protocol.fuzz.MessageInputs;
import io.cairn.protocol.wire.Command;
import io.cairn.server.shard.Keyspace;
import io.cairn.server.testing.Commands;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Commands as strangers send them, through all that is done with one until it is in a batch. */
class CommandFuzzTest {
  private static final int INPUTS = 300_000;
  /** Keys and values are copied when a command becomes a write, for the engine keeps them. */
  private static final Fuzz.Bound BOUND = new Fuzz.Bound(30_000, 6);

  @Test
  void damagedCommandsAreDecodedOrRefusedAndAllocateWhatTheyPaidFor() {
    Fuzz.Outcome outcome = Fuzz.run("commands", INPUTS, BOUND, new MessageInputs(Command.getDefaultInstance()), CommandFuzzTest::read);

    assertThat(outcome.taken()).isGreaterThan(INPUTS / 20);
    assertThat(outcome.refused()).isGreaterThan(INPUTS / 20);
  }

  private static boolean read(byte[] input, SplittableRandom random) {
    try {
      Command command = CommandCodec.decode(ByteString.copyFrom(input));
      if (command.getKeyspace() == Keyspace.DEFAULT) {
        CommandCodec.toWrite(command);
      }
      return true;
    } catch (InvalidProtocolBufferException e) {
      return false;
    }
  }

  @Test
  void aCommandFullOfUnknownFieldsIsRefusedForNoMoreThanItsBytes() {
    byte[] command = Commands.put(1, 1, "k", "v").build().toByteArray();
    byte[] flood = Arrays.copyOf(command, 1 << 20);
    int end = command.length;
    while (end < flood.length - 12) {
      end = Bytes.varint(flood, end, 1_000L + end << 3);
      flood[end++] = 1;
    }
    byte[] input = Arrays.copyOf(flood, end);
    assertThatThrownBy(() -> CommandCodec.decode(ByteString.copyFrom(input))).isInstanceOf(InvalidProtocolBufferException.class)
        .hasMessageContaining("which this version does not know");
    Fuzz.run("unknown fields of a command", 1, new Fuzz.Bound(10_000, 1), random -> input, CommandFuzzTest::read);
  }

  @Test
  void aFieldOfAKnownNumberAndAnotherTypeIsUnknownToo() {
    byte[] put = Commands.put(1, 1, "k", "v").build().toByteArray();
    byte[] sequenceAsBytes = Bytes.joined(put, new byte[] {3 << 3 | 2, 1, 7});
    assertThatThrownBy(() -> CommandCodec.decode(ByteString.copyFrom(sequenceAsBytes))).hasMessageContaining("field 3");
  }

  @Test
  void aCommandThatIsWrittenInAnotherWayIsTakenWhenEveryFieldIsKnown() throws InvalidProtocolBufferException {
    byte[] put = Commands.put(1, 1, "k", "v").build().toByteArray();
    // The sequence once more, with a longer varint than it needs: legal, and the last one counts.
    Command twice = CommandCodec.decode(ByteString.copyFrom(Bytes.joined(put, new byte[] {3 << 3, (byte) 0x81, 0})));
    assertThat(twice.getSequence()).isEqualTo(1);
    assertThat(twice.getPut().getKey().toStringUtf8()).isEqualTo("k");
  }
}
