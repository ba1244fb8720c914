package io.cairn.jepsen.raw;

import io.cairn.protocol.transport.HostPort;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Stands between clients and a node and passes everything on, until it is told to lose the node's answers: then requests still arrive
 * and take effect, and nobody hears of it.
 */
public final class AnswerCutter implements AutoCloseable {
  private static final int BUFFER_BYTES = 64 << 10;

  private final ServerSocket front;
  private final HostPort node;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private volatile boolean losing;

  /** @param node where the node listens; it need not listen yet */
  public AnswerCutter(String node) {
    this.node = HostPort.parse(node);
    try {
      this.front = new ServerSocket(0, 0, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Thread.ofVirtual().start(this::accept);
  }

  /** Where clients connect. */
  public String address() {
    return "127.0.0.1:" + front.getLocalPort();
  }

  /** From now on no answer passes. */
  public void loseAnswers() {
    losing = true;
  }

  /** Closes every connection; on those that are opened from now on everything passes. */
  public void cutAndPass() {
    losing = false;
    open.forEach(AnswerCutter::closeQuietly);
  }

  private void accept() {
    while (!front.isClosed()) {
      try {
        Socket client = front.accept();
        open.add(client);
        Thread.ofVirtual().start(() -> join(client));
      } catch (IOException e) {
        return;
      }
    }
  }

  private void join(Socket client) {
    var server = new Socket();
    open.add(server);
    try {
      server.connect(new InetSocketAddress(node.host(), node.port()));
      server.setTcpNoDelay(true);
      client.setTcpNoDelay(true);
      Thread.ofVirtual().start(() -> pump(client, server, false));
      pump(server, client, true);
    } catch (IOException e) {
      closeBoth(client, server);
    }
  }

  private void pump(Socket from, Socket to, boolean answers) {
    byte[] buffer = new byte[BUFFER_BYTES];
    boolean lost = false;
    try {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
        lost |= answers && losing; // Once bytes are missing, nothing after them may pass: it would be no frame.
        if (!lost) {
          out.write(buffer, 0, count);
        }
      }
    } catch (IOException e) {
      // One side has closed: so does the other.
    } finally {
      closeBoth(from, to);
    }
  }

  private void closeBoth(Socket one, Socket other) {
    open.remove(one);
    open.remove(other);
    closeQuietly(one);
    closeQuietly(other);
  }

  private static void closeQuietly(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      // It is of no use any more, whatever closing it says.
    }
  }

  @Override
  public void close() {
    try {
      front.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    cutAndPass();
  }
}
