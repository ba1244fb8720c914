package io.cairn.protocol.frame;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.cairn.protocol.wire.GetRequest;
import io.cairn.protocol.wire.HandshakeError;
import io.cairn.protocol.wire.Request;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Keeps docs/wire.md honest. */
class WirePageTest {

  private String page;

  @BeforeEach
  void read() throws IOException {
    page = Files.readString(Path.of("..", "docs", "wire.md"));
  }

  @Test
  void hexDumpIsWhatTheEncoderWrites() {
    Request request = Request.newBuilder().setShard(1).setSeen(7).setRemainingMillis(5_000).setKeyspace(1)
        .setGet(GetRequest.newBuilder().setKey(ByteString.copyFromUtf8("color"))).build();
    ByteBuf frame = Unpooled.buffer();
    new FrameEncoder().encode(frame, FrameKind.REQUEST, 0, 42, request, request.getSerializedSize());
    assertThat(page).as("docs/wire.md must hold this dump of the frame it describes").contains(dump(frame));
  }

  @Test
  void everyKindAndRefusalStandsOnThePageWithItsNumber() {
    for (FrameKind kind : FrameKind.values()) {
      assertThat(page).containsPattern("\\| " + kind.code() + " \\| `" + kind + "` \\|");
    }
    for (HandshakeError error : HandshakeError.values()) {
      if (error != HandshakeError.HANDSHAKE_ERROR_UNSPECIFIED && error != HandshakeError.UNRECOGNIZED) {
        assertThat(page).contains("`" + error + "`");
      }
    }
  }

  @Test
  void limitsOnThePageAreThoseOfTheCode() {
    assertThat(page).contains((Frame.FRAME_BYTES_MAX >> 20) + " MiB").contains((Frame.HANDSHAKE_FRAME_BYTES_MAX >> 10) + " KiB")
        .contains("pieces of " + (Frame.PIECE_BYTES >> 10) + " KiB");
  }

  private static String dump(ByteBuf bytes) {
    StringBuilder lines = new StringBuilder();
    for (int at = 0; at < bytes.readableBytes(); at += 16) {
      lines.append(String.format("%04x ", at));
      for (int i = at; i < Math.min(at + 16, bytes.readableBytes()); i++) {
        lines.append(String.format(" %02x", bytes.getByte(i)));
      }
      lines.append('\n');
    }
    return lines.toString();
  }
}
