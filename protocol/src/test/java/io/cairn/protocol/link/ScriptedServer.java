package io.cairn.protocol.link;

import com.google.protobuf.ByteString;
import io.cairn.protocol.frame.Frame;
import io.cairn.protocol.frame.FrameException;
import io.cairn.protocol.frame.FrameKind;
import io.cairn.protocol.wire.HandshakeRefused;
import io.cairn.protocol.wire.Hello;
import io.cairn.protocol.wire.KeyValue;
import io.cairn.protocol.wire.GetAnswer;
import io.cairn.protocol.wire.Request;
import io.cairn.protocol.wire.Response;
import io.cairn.protocol.wire.Welcome;
import io.netty.buffer.ByteBuf;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A server that keeps what it hears, and answers a get with its key unless told to hold its tongue. */
final class ScriptedServer implements RequestHandler {

  static final String CLUSTER = "cluster-one";

  record Heard(ServerChannel channel, FrameKind kind, long id, int bodyBytes) {}

  final List<Heard> heard = new CopyOnWriteArrayList<>();
  final List<Long> cancelled = new CopyOnWriteArrayList<>();
  final List<ServerChannel> open = new CopyOnWriteArrayList<>();
  final List<HandshakeRefused> refused = new CopyOnWriteArrayList<>();
  final List<String> threads = new CopyOnWriteArrayList<>();
  volatile int closed;
  volatile boolean silent;
  volatile boolean hangUp;

  static void judge(Hello hello, String remote, Judge.Verdict verdict) {
    HandshakeRefused refusal = Handshake.otherCluster(hello, CLUSTER);
    if (refusal != null) {
      verdict.refuse(refusal);
    } else {
      verdict.welcome(Welcome.newBuilder().setClusterId(CLUSTER).setNodeName("n1").build());
    }
  }

  @Override
  public void opened(ServerChannel channel, Hello hello) {
    open.add(channel);
    threads.add(channel.loop().name());
    if (hangUp) {
      channel.close();
    }
  }

  @Override
  public void frame(ServerChannel channel, FrameKind kind, int flags, long requestId, ByteBuf body) throws FrameException {
    heard.add(new Heard(channel, kind, requestId, body.readableBytes()));
    if (kind == FrameKind.REQUEST && !silent) {
      Request request = Frame.parse(Request.parser(), body);
      answer(channel, requestId, request.getGet().getKey(), false);
    }
  }

  static void answer(ServerChannel channel, long requestId, ByteString value, boolean more) {
    channel.respond(requestId, Response.newBuilder()
        .setGet(GetAnswer.newBuilder().setFound(KeyValue.newBuilder().setValue(value))).build(), more);
  }

  @Override
  public void cancelled(ServerChannel channel, long requestId) {
    cancelled.add(requestId);
  }

  @Override
  public void closed(ServerChannel channel, Throwable cause) {
    open.remove(channel);
    closed++;
  }

  @Override
  public void refused(String remote, HandshakeRefused refusal) {
    refused.add(refusal);
  }
}
