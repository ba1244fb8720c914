package io.cairn.server.frontend;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.cairn.protocol.frame.FrameKind;
import io.cairn.protocol.link.Link;
import io.cairn.protocol.link.Reply;
import io.cairn.protocol.wire.GetRequest;
import io.cairn.protocol.wire.Request;
import io.cairn.server.testing.Commands;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** One connection with thousands of requests in flight, and another with one. */
class FairnessTest {
  private static final int MANY = 20_000;
  private static final int OPEN_OF_ONE_CLIENT = 1_000;

  private final ClientFixture node = new ClientFixture();
  private final List<String> order = new ArrayList<>();

  private Request put(long client, long sequence) {
    return Request.newBuilder().setRemainingMillis(60_000)
        .setCommand(Commands.put(client, sequence, "k" + sequence % 7, "v").build().toByteString()).build();
  }

  private void ask(Link link, String name, Request request) {
    node.client.now(() -> link.call(FrameKind.REQUEST, request, 3_600_000 * ClientFixture.MILLI, new Reply() {
      @Override
      public void part(ByteBuf body) {}

      @Override
      public void done(ByteBuf body) {
        order.add(name);
      }

      @Override
      public void failed(boolean mayHaveBeenSent, IOException cause) {
        throw new AssertionError(cause);
      }
    }));
  }

  @Test
  @DisplayName("a lone write of one connection is in the next batch, however many of another wait before it")
  void aLoneWriteDoesNotWaitForThoseOfOthers() {
    Link other = node.link();
    node.loops.run();
    node.oracle.hold();
    for (int i = 0; i < MANY; i++) {
      ask(node.link, "many", put(1 + i / OPEN_OF_ONE_CLIENT, 1 + i % OPEN_OF_ONE_CLIENT));
    }
    node.loops.run();
    ask(other, "one", put(1_000, 1));
    node.loops.run();
    assertThat(order).isEmpty();
    node.oracle.release();
    node.loops.run();

    assertThat(order).hasSize(MANY + 1);
    // Two batches were closed before it came, and it is in the third; the two connections are not heard in step.
    assertThat(order.indexOf("one")).isLessThan(MANY / 4);
  }

  @Test
  @DisplayName("a lone read of one connection is confirmed with the next round, however many of another wait for theirs")
  void aLoneReadDoesNotWaitForThoseOfOthers() {
    Link other = node.link();
    node.loops.run();
    Request get = Request.newBuilder().setRemainingMillis(60_000).setGet(GetRequest.newBuilder().setKey(ByteString.copyFromUtf8("k"))).build();
    for (int i = 0; i < MANY; i++) {
      ask(node.link, "many", put(1 + i / OPEN_OF_ONE_CLIENT, 1 + i % OPEN_OF_ONE_CLIENT));
    }
    ask(other, "one", get);
    node.loops.run();

    assertThat(order).hasSize(MANY + 1);
    assertThat(order.indexOf("one")).isLessThan(MANY / 2);
  }
}
