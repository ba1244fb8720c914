package io.cairn.jepsen.raw;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import io.cairn.protocol.frame.Frame;
import io.cairn.protocol.frame.FrameDecoder;
import io.cairn.protocol.frame.FrameEncoder;
import io.cairn.protocol.frame.FrameException;
import io.cairn.protocol.frame.FrameKind;
import io.cairn.protocol.link.Handshake;
import io.cairn.protocol.transport.HostPort;
import io.cairn.protocol.wire.Hello;
import io.cairn.protocol.wire.Request;
import io.cairn.protocol.wire.Response;
import io.cairn.protocol.wire.Role;
import io.cairn.protocol.wire.Welcome;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Optional;

/** One socket to one node. Reading waits some seconds at most; what the node says is shown as it is. */
public final class RawConnection implements AutoCloseable {
  private static final int CONNECT_MILLIS = 5_000;
  private static final int READ_MILLIS = 15_000;

  private final Socket socket;
  private final FrameDecoder decoder = new FrameDecoder(new UnpooledByteBufAllocator(false), Frame.FRAME_BYTES_MAX);
  private final ArrayDeque<RawFrame> frames = new ArrayDeque<>();
  private final byte[] received = new byte[64 << 10];
  private long lastId;

  private RawConnection(Socket socket) {
    this.socket = socket;
  }

  /** Connects and says nothing. */
  public static RawConnection connect(String address) throws IOException {
    HostPort at = HostPort.parse(address);
    var socket = new Socket();
    try {
      socket.connect(new InetSocketAddress(at.host(), at.port()), CONNECT_MILLIS);
      socket.setSoTimeout(READ_MILLIS);
      socket.setTcpNoDelay(true);
      return new RawConnection(socket);
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }

  /** Connects and introduces itself as a client that does not know the cluster's id yet. */
  public static RawConnection client(String address) throws IOException {
    RawConnection connection = connect(address);
    try {
      connection.send(frame(FrameKind.HELLO, 0, hello().build()));
      RawFrame answer = connection.next().orElseThrow(() -> new IOException(address + " closed the connection instead of a WELCOME"));
      if (answer.kind() != FrameKind.WELCOME) {
        throw new IOException(address + " answered a HELLO with " + answer.kind());
      }
      Welcome.parseFrom(answer.body());
      return connection;
    } catch (IOException e) {
      connection.close();
      throw e;
    }
  }

  /** What a client says first. */
  public static Hello.Builder hello() {
    return Handshake.hello(Role.CLIENT).setSoftware("raw client");
  }

  /** The bytes of a frame, to be sent as often as wanted. */
  public static byte[] frame(FrameKind kind, long requestId, MessageLite body) {
    ByteBuf bytes = Unpooled.buffer();
    new FrameEncoder().encode(bytes, kind, 0, requestId, body, body.getSerializedSize());
    return Arrays.copyOf(bytes.array(), bytes.readableBytes());
  }

  /** The same with a body that need not be any message. */
  public static byte[] frame(FrameKind kind, long requestId, byte[] body) {
    ByteBuf bytes = Unpooled.buffer();
    new FrameEncoder().encode(bytes, kind, 0, requestId, Unpooled.wrappedBuffer(body));
    return Arrays.copyOf(bytes.array(), bytes.readableBytes());
  }

  /** A request id that this connection has not used. */
  public long freshId() {
    return ++lastId;
  }

  public void send(byte[] bytes) throws IOException {
    socket.getOutputStream().write(bytes);
    socket.getOutputStream().flush();
  }

  /**
   * The next frame; empty when the node has closed the connection.
   *
   * @throws java.net.SocketTimeoutException when nothing came for some seconds
   */
  public Optional<RawFrame> next() throws IOException {
    while (frames.isEmpty()) {
      int count;
      try {
        count = socket.getInputStream().read(received);
      } catch (java.net.SocketException e) {
        return Optional.empty(); // Reset: closed with bytes of ours unread.
      }
      if (count < 0) {
        return Optional.empty();
      }
      decode(count);
    }
    return Optional.of(frames.poll());
  }

  private void decode(int count) throws FrameException {
    decoder.decode(Unpooled.wrappedBuffer(received, 0, count), (kind, flags, id, body) -> {
      byte[] copy = new byte[body.readableBytes()];
      body.getBytes(body.readerIndex(), copy);
      frames.add(new RawFrame(kind, flags, id, copy));
    });
  }

  /** The next answer; parts of a range come as answers of their own. */
  public Response response() throws IOException {
    RawFrame frame = next().orElseThrow(() -> new IOException("the connection was closed instead of an answer"));
    if (frame.kind() != FrameKind.RESPONSE) {
      throw new IOException("a " + frame.kind() + " frame came instead of an answer");
    }
    try {
      return Response.parseFrom(frame.body());
    } catch (InvalidProtocolBufferException e) {
      throw new IOException(e);
    }
  }

  /** Sends a request and waits for its answer, or the first part of it. */
  public Response call(Request request) throws IOException {
    send(frame(FrameKind.REQUEST, freshId(), request));
    return response();
  }

  /** Listens until the node closes the connection, whatever it says before; false when it has not by then. */
  public boolean awaitEnd(Duration most) throws IOException {
    socket.setSoTimeout((int) Math.max(1, most.toMillis()));
    try {
      while (next().isPresent()) {
        // What it says does not matter.
      }
      return true;
    } catch (SocketTimeoutException e) {
      return false;
    } finally {
      socket.setSoTimeout(READ_MILLIS);
    }
  }

  @Override
  public void close() {
    decoder.close();
    try {
      socket.close();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
