package io.cairn.jepsen.raw;

import io.cairn.protocol.frame.Frame;
import io.cairn.protocol.frame.FrameKind;
import io.cairn.protocol.transport.HostPort;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;

/** Thousands of sockets to one port, each of which says the same and listens. For one thread. */
public final class Crowd implements AutoCloseable {
  /** Fewer than the node's backlog, so that the kernel turns nobody away and tries again for a minute. */
  private static final int WAITING_MAX = 400;
  private static final long QUIET_MILLIS = 1_500;
  private static final int KIND_AT = 8;

  private final Selector selector;
  private final InetSocketAddress address;
  private final byte[] words;
  private final List<SocketChannel> all = new ArrayList<>();
  private final int[] firstFrames = new int[256];
  private int connecting;
  private int told;
  private int closed;
  private int closedUntold;

  private Crowd(Selector selector, String address, byte[] words) {
    HostPort at = HostPort.parse(address);
    this.selector = selector;
    this.address = new InetSocketAddress(at.host(), at.port());
    this.words = words;
  }

  /** Connects so many, as fast as the port takes them; each says {@code words}. */
  public static Crowd connect(String address, int count, byte[] words) throws IOException {
    var crowd = new Crowd(Selector.open(), address, words);
    try {
      for (int i = 0; i < count; i++) {
        crowd.add();
        while (crowd.turn(0) == 0 && crowd.waiting() > WAITING_MAX) {
          crowd.turn(QUIET_MILLIS);
        }
      }
      return crowd;
    } catch (IOException | RuntimeException e) {
      crowd.close();
      throw e;
    }
  }

  /** Those that the node has to do something about: accept them, and answer those that speak. */
  private int waiting() {
    return words.length > 0 ? all.size() - told - closedUntold : connecting;
  }

  private void add() throws IOException {
    SocketChannel channel = SocketChannel.open();
    all.add(channel);
    channel.configureBlocking(false);
    channel.connect(address);
    channel.register(selector, SelectionKey.OP_CONNECT, ByteBuffer.allocate(Frame.HEADER_BYTES));
    connecting++;
  }

  /** Listens until nothing has happened for a while. */
  public void settle() throws IOException {
    while (turn(QUIET_MILLIS) > 0 || connecting > 0) {
      // Until all is quiet.
    }
  }

  private int turn(long mostMillis) throws IOException {
    int ready = mostMillis == 0 ? selector.selectNow() : selector.select(mostMillis);
    for (SelectionKey key : selector.selectedKeys()) {
      var channel = (SocketChannel) key.channel();
      try {
        if (key.isConnectable()) {
          connecting--;
          channel.finishConnect();
          key.interestOps(SelectionKey.OP_READ);
          if (words.length > 0) {
            channel.write(ByteBuffer.wrap(words)); // Fits the socket's buffer.
          }
        } else if (key.isReadable()) {
          listen(key, channel);
        }
      } catch (IOException e) {
        gone(key, channel);
      }
    }
    selector.selectedKeys().clear();
    return ready;
  }

  private void listen(SelectionKey key, SocketChannel channel) throws IOException {
    var header = (ByteBuffer) key.attachment();
    ByteBuffer into = header.hasRemaining() ? header : ByteBuffer.allocate(4 << 10);
    if (channel.read(into) < 0) {
      gone(key, channel);
    } else if (into == header && !header.hasRemaining()) {
      firstFrames[header.get(KIND_AT) & 0xff]++;
      told++;
    }
  }

  private void gone(SelectionKey key, SocketChannel channel) throws IOException {
    key.cancel();
    channel.close();
    closed++;
    closedUntold += ((ByteBuffer) key.attachment()).hasRemaining() ? 1 : 0;
  }

  /** How many were first told this. */
  public int count(FrameKind kind) {
    return firstFrames[kind.code()];
  }

  /** How many were closed without a word. */
  public int closedUntold() {
    return closedUntold;
  }

  public int open() {
    return all.size() - closed;
  }

  @Override
  public void close() throws IOException {
    for (SocketChannel channel : all) {
      channel.close();
    }
    selector.close();
  }
}
