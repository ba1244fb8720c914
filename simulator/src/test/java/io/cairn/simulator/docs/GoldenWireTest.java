package io.cairn.simulator.docs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.TextFormat;
import io.cairn.protocol.frame.Frame;
import io.cairn.protocol.frame.FrameDecoder;
import io.cairn.protocol.frame.FrameException;
import io.cairn.protocol.frame.FrameKind;
import io.cairn.protocol.link.Handshake;
import io.cairn.protocol.wire.GoAway;
import io.cairn.protocol.wire.HandshakeRefused;
import io.cairn.protocol.wire.Hello;
import io.cairn.protocol.wire.PeerRequest;
import io.cairn.protocol.wire.PeerResponse;
import io.cairn.protocol.wire.RaftBatch;
import io.cairn.protocol.wire.RaftEnvelope;
import io.cairn.protocol.wire.Request;
import io.cairn.protocol.wire.Response;
import io.cairn.protocol.wire.Welcome;
import io.cairn.raft.membership.MembershipCodec;
import io.cairn.raft.message.RaftMessage;
import io.cairn.server.command.CommandCodec;
import io.cairn.server.command.EntryPayload;
import io.cairn.server.command.HomeCommand;
import io.cairn.server.command.ShardCommand;
import io.cairn.server.command.SystemCommand;
import io.cairn.server.history.HistoryCommand;
import io.cairn.server.members.MemberCommand;
import io.cairn.server.peer.RaftCodec;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What travels, as earlier builds wrote it: frames with every message in them, and the payloads of entries, which stand in logs as well. */
class GoldenWireTest {
  private static final String WIRE = "wire-" + Handshake.PROTOCOL_VERSION;
  private static final String PAYLOADS = "payload-" + EntryPayload.FORMAT;

  @Test
  @DisplayName("UP-05 every message is written as it always was")
  void everyMessageIsWrittenAsItWas() {
    List<WireSamples.Sample> samples = WireSamples.all();
    List<String> names = samples.stream().map(sample -> GoldenFiles.name(sample.title())).toList();
    assertThat(names).doesNotHaveDuplicates();
    for (int i = 0; i < samples.size(); i++) {
      GoldenFiles.written(WIRE, names.get(i), WireDumpsTest.encoded(samples.get(i)));
    }
  }

  @Test
  @DisplayName("UP-05 every message that was ever written is read as it was meant")
  void everyMessageIsReadAsItWas() throws FrameException {
    int read = 0;
    for (String version : GoldenFiles.versions("wire")) {
      for (Map.Entry<String, byte[]> golden : GoldenFiles.of(version).entrySet()) {
        var text = new StringBuilder();
        new FrameDecoder(UnpooledByteBufAllocator.DEFAULT, Frame.FRAME_BYTES_MAX).decode(Unpooled.wrappedBuffer(golden.getValue()),
            (kind, flags, id, body) -> text.append(frame(kind, flags, id, body)));
        assertThat(text).as(golden.getKey()).isNotEmpty();
        GoldenFiles.read(version, golden.getKey(), text.toString());
        read++;
      }
    }
    assertThat(read).isGreaterThan(100);
  }

  private static String frame(FrameKind kind, int flags, long id, ByteBuf body) {
    try {
      Message message = message(kind, ByteBufUtil.getBytes(body));
      return kind + " flags=" + flags + " id=" + id + "\n" + (message == null ? "" : TextFormat.printer().printToString(message)) + taken(message);
    } catch (InvalidProtocolBufferException e) {
      throw new AssertionError("a " + kind + " cannot be read", e);
    }
  }

  private static Message message(FrameKind kind, byte[] body) throws InvalidProtocolBufferException {
    return switch (kind) {
      case HELLO -> Hello.parseFrom(body);
      case WELCOME -> Welcome.parseFrom(body);
      case HANDSHAKE_REFUSED -> HandshakeRefused.parseFrom(body);
      case REQUEST -> Request.parseFrom(body);
      case RESPONSE -> Response.parseFrom(body);
      case RAFT -> RaftBatch.parseFrom(body);
      case PEER_REQUEST -> PeerRequest.parseFrom(body);
      case PEER_RESPONSE -> PeerResponse.parseFrom(body);
      case GOAWAY -> GoAway.parseFrom(body);
      case CANCEL, PING, PONG -> null;
    };
  }

  /** What lies inside of a message and is read by a decoder of its own. */
  private static String taken(Message message) throws InvalidProtocolBufferException {
    if (message instanceof Request request && request.hasCommand()) {
      return "command " + Shown.of(CommandCodec.toWrite(CommandCodec.decode(request.getCommand()))) + "\n";
    }
    if (!(message instanceof RaftBatch batch)) {
      return "";
    }
    var text = new StringBuilder();
    for (RaftEnvelope envelope : batch.getMessagesList()) {
      text.append("message ").append(Shown.of(RaftCodec.decode(envelope))).append('\n');
    }
    return text.toString();
  }

  @Test
  @DisplayName("UP-05 every payload of an entry is written as it always was")
  void everyPayloadIsWrittenAsItWas() {
    PayloadSamples.all().forEach((name, payload) -> GoldenFiles.written(PAYLOADS, name, payload));
  }

  @Test
  @DisplayName("UP-05 every payload that was ever written is read as it was meant")
  void everyPayloadIsReadAsItWas() {
    int read = 0;
    for (String version : GoldenFiles.versions("payload")) {
      for (Map.Entry<String, byte[]> golden : GoldenFiles.of(version).entrySet()) {
        byte[] payload = golden.getValue();
        Object meant = golden.getKey().equals("membership") ? MembershipCodec.decode(payload)
            : EntryPayload.isCommands(payload) ? EntryPayload.decodeCommands(payload)
            : EntryPayload.isSystem(payload) ? EntryPayload.decodeSystem(payload) : EntryPayload.decodeUpkeep(payload);
        GoldenFiles.read(version, golden.getKey(), "level " + EntryPayload.level(payload) + "\n" + Shown.of(meant) + "\n");
        read++;
      }
    }
    assertThat(read).isGreaterThan(30);
  }

  @Test
  void everyKindOfMessageAndOfCommandIsAmongThem() {
    Set<Class<?>> messages = new TreeSet<>(java.util.Comparator.comparing(Class::getName));
    for (WireSamples.Sample sample : WireSamples.all()) {
      if (sample.body() instanceof RaftBatch batch) {
        batch.getMessagesList().forEach(envelope -> messages.add(RaftCodec.decode(envelope).getClass()));
      }
    }
    assertThat(messages).containsAll(kinds(RaftMessage.class));
    Set<Class<?>> commands = PayloadSamples.kinds().stream().map(Object::getClass).collect(Collectors.toSet());
    for (Class<?> family : List.of(SystemCommand.class, ShardCommand.class, HomeCommand.class, MemberCommand.class, HistoryCommand.class)) {
      assertThat(commands).as("samples of %s, in PayloadSamples", family.getSimpleName()).containsAll(kinds(family));
    }
  }

  private static List<Class<?>> kinds(Class<?> sealed) {
    List<Class<?>> kinds = new ArrayList<>();
    for (Class<?> permitted : sealed.getPermittedSubclasses()) {
      kinds.addAll(permitted.isSealed() ? kinds(permitted) : List.of(permitted));
    }
    return kinds;
  }

  @Test
  void aGoldenFileIsNeverWrittenAgain(@TempDir Path folder) throws Exception {
    byte[] one = {1, 2, 3};
    assertThatThrownBy(() -> GoldenFiles.keep(folder, false, "a-1/x.bin", one)).isInstanceOf(AssertionError.class).hasMessageContaining("-Dgolden.add=true");
    GoldenFiles.keep(folder, true, "a-1/x.bin", one);
    GoldenFiles.keep(folder, false, "a-1/x.bin", one);
    byte[] other = Arrays.copyOf(one, 4);
    assertThatThrownBy(() -> GoldenFiles.keep(folder, true, "a-1/x.bin", other)).isInstanceOf(AssertionError.class)
        .hasMessageContaining("It is never rewritten");
    assertThat(Files.readAllBytes(folder.resolve("a-1/x.bin"))).isEqualTo(one);
    assertThatThrownBy(() -> GoldenFiles.keep(folder, true, "a-1/x.bin", "".getBytes(StandardCharsets.UTF_8))).isInstanceOf(AssertionError.class);
  }
}
