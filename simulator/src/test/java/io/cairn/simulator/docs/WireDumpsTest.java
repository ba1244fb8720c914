package io.cairn.simulator.docs;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.OneofDescriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.TextFormat;
import io.cairn.protocol.frame.Frame;
import io.cairn.protocol.frame.FrameChannel;
import io.cairn.protocol.frame.FrameDecoder;
import io.cairn.protocol.frame.FrameEncoder;
import io.cairn.protocol.frame.FrameException;
import io.cairn.protocol.frame.FrameKind;
import io.cairn.protocol.wire.Command;
import io.cairn.protocol.wire.PeerRequest;
import io.cairn.protocol.wire.PeerResponse;
import io.cairn.protocol.wire.RaftEnvelope;
import io.cairn.protocol.wire.Request;
import io.cairn.protocol.wire.Response;
import io.cairn.server.command.CommandCodec;
import io.cairn.simulator.docs.WireSamples.Sample;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The dumps in docs/wire.md are what the codec writes, and what it writes is what it reads. */
class WireDumpsTest {
  private static final String PAGE = "wire.md";
  private static final String PART = "dumps";
  private static final Pattern ROW = Pattern.compile("(?m)^([0-9a-f]{4})  ((?:[0-9a-f]{2} ?)+)");

  @Test
  void dumpsAreWhatTheEncoderWrites() {
    var page = new StringBuilder("\n");
    for (Sample sample : WireSamples.all()) {
      page.append("### ").append(sample.title()).append("\n\n");
      if (!sample.words().isEmpty()) {
        page.append(sample.words()).append("\n\n");
      }
      page.append("```\n").append(described(sample)).append(Hex.dump(encoded(sample))).append("```\n\n");
    }
    page.append(pieces());
    Pages.compare(PAGE, PART, page.toString());
  }

  @Test
  void whatStandsOnThePageIsReadAsTheMessageItIsTakenFor() throws FrameException, InvalidProtocolBufferException {
    List<byte[]> dumps = dumpsOnThePage();
    List<Sample> samples = WireSamples.all();
    assertThat(dumps).hasSizeGreaterThan(samples.size());
    for (int i = 0; i < samples.size(); i++) {
      Sample sample = samples.get(i);
      var read = new ArrayList<String>();
      var decoder = new FrameDecoder(UnpooledByteBufAllocator.DEFAULT, Frame.FRAME_BYTES_MAX);
      byte[][] bodies = new byte[1][];
      decoder.decode(Unpooled.wrappedBuffer(dumps.get(i)), (kind, flags, id, body) -> {
        read.add(kind + " " + flags + " " + id);
        bodies[0] = bytes(body);
      });
      assertThat(read).as(sample.title()).containsExactly(sample.kind() + " " + sample.flags() + " " + sample.id());
      if (sample.body() != null) {
        Message body = sample.body().getParserForType().parseFrom(bodies[0]);
        assertThat(body).as(sample.title()).isEqualTo(sample.body());
      } else {
        assertThat(bodies[0]).as(sample.title()).isEmpty();
      }
    }
  }

  @Test
  void everyKindAndEveryMessageHasItsDump() {
    var kinds = EnumSet.noneOf(FrameKind.class);
    var shown = new TreeSet<String>();
    for (Sample sample : WireSamples.all()) {
      kinds.add(sample.kind());
      if (sample.body() != null) {
        collect(sample.body(), shown);
      }
    }
    assertThat(kinds).containsExactlyInAnyOrder(FrameKind.values());
    Stream.of(Request.getDescriptor(), Command.getDescriptor(), Response.getDescriptor(), RaftEnvelope.getDescriptor(),
            PeerRequest.getDescriptor(), PeerResponse.getDescriptor())
        .flatMap(message -> choices(message).stream())
        .forEach(field -> assertThat(shown).as("a sample with this field, in WireSamples").contains(field));
  }

  /** The fields of a message of which it has one at a time. */
  private static List<String> choices(Descriptor message) {
    var names = new ArrayList<String>();
    for (OneofDescriptor oneof : message.getRealOneofs()) {
      for (FieldDescriptor field : oneof.getFields()) {
        names.add(field.getFullName());
      }
    }
    assertThat(names).as(message.getName()).isNotEmpty();
    return names;
  }

  private static void collect(Message message, TreeSet<String> into) {
    message.getAllFields().forEach((field, value) -> {
      into.add(field.getFullName());
      List<?> values = value instanceof List<?> list ? list : List.of(value);
      for (Object each : values) {
        if (each instanceof Message inner) {
          collect(inner, into);
        }
      }
    });
    if (message instanceof Request request && request.hasCommand()) {
      collect(command(request), into);
    }
  }

  private static Command command(Request request) {
    try {
      return CommandCodec.decode(request.getCommand());
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("a sample's command is none", e);
    }
  }

  static byte[] encoded(Sample sample) {
    ByteBuf frame = Unpooled.buffer();
    int bodyBytes = sample.body() == null ? 0 : sample.body().getSerializedSize();
    new FrameEncoder().encode(frame, sample.kind(), sample.flags(), sample.id(), sample.body(), bodyBytes);
    return bytes(frame);
  }

  /** What the frame says, in protobuf's text format. */
  private static String described(Sample sample) {
    var text = new StringBuilder(sample.kind().toString()).append(" id=").append(sample.id());
    if (sample.flags() != 0) {
      text.append(" flags=").append(sample.flags());
    }
    text.append('\n');
    if (sample.body() != null) {
      text.append(indented(sample.body(), "  "));
    }
    if (sample.body() instanceof Request request && request.hasCommand()) {
      text.append("  command, taken apart:\n").append(indented(command(request), "    "));
    }
    return text.append('\n').toString();
  }

  private static String indented(Message message, String by) {
    return TextFormat.printer().printToString(message).lines().map(line -> by + line + "\n").reduce("", String::concat);
  }

  /** A message above 64 KiB, as the bulk lane cuts it up. */
  private static String pieces() {
    byte[] body = new byte[Frame.PIECE_BYTES + 4];
    java.util.Arrays.fill(body, (byte) 0x61);
    var connection = new CapturedConnection();
    var channel = new FrameChannel(connection, Frame.FRAME_BYTES_MAX, connection);
    channel.sendBulk(FrameKind.RESPONSE, 0, 4, Unpooled.wrappedBuffer(body));
    channel.flush();
    byte[] sent = connection.sent();
    int first = Frame.HEADER_BYTES + Frame.PIECE_BYTES;
    byte[] head = java.util.Arrays.copyOf(sent, 32);
    byte[] last = java.util.Arrays.copyOfRange(sent, first, sent.length);
    return "### A body in pieces\n\n"
        + "An answer of 65,540 bytes, all `a`: two frames of the same id. The first has the flag `PIECE` and 64 KiB (its first 32 bytes are\n"
        + "shown), the second `LAST_PIECE` and the rest.\n\n"
        + "```\nRESPONSE id=4 flags=2\n\n" + Hex.dump(head) + "…\n```\n\n"
        + "```\nRESPONSE id=4 flags=4\n\n" + Hex.dump(last) + "```\n\n";
  }

  private static List<byte[]> dumpsOnThePage() {
    var dumps = new ArrayList<byte[]>();
    ByteBuf dump = Unpooled.buffer();
    Matcher row = ROW.matcher(Pages.part(PAGE, PART));
    while (row.find()) {
      if (row.group(1).equals("0000") && dump.isReadable()) {
        dumps.add(bytes(dump));
        dump.clear();
      }
      dump.writeBytes(ByteString.fromHex(row.group(2).replace(" ", "")).toByteArray());
    }
    dumps.add(bytes(dump));
    return dumps;
  }

  private static byte[] bytes(ByteBuf buffer) {
    byte[] bytes = new byte[buffer.readableBytes()];
    buffer.getBytes(buffer.readerIndex(), bytes);
    return bytes;
  }
}
