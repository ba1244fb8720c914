package io.cairn.jepsen.cluster;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Doors between the nodes of a cluster, one for each of them towards each other: all that peers say passes through. A node whose doors
 * are shut is cut off as by a switch that drops packets: nothing is refused and no connection ends, nothing arrives any more, and what
 * was on its way arrives when they are opened again. Clients reach it as before. From any thread.
 */
public final class PeerDoors implements AutoCloseable {
  private static final int CHUNK_BYTES = 64 << 10;

  private final List<ServerSocket> listening = new ArrayList<>();
  private final Set<Socket> open = new HashSet<>();
  private final Set<String> shut = new HashSet<>();
  private boolean closed;

  /** The address by which {@code from} reaches {@code to}, which listens at {@code address}. */
  synchronized String between(String from, String to, String address) {
    try {
      var server = new ServerSocket();
      server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      listening.add(server);
      int colon = address.lastIndexOf(':');
      var target = new InetSocketAddress(address.substring(0, colon), Integer.parseInt(address.substring(colon + 1)));
      Thread.ofVirtual().start(() -> accept(server, from, to, target));
      return "127.0.0.1:" + server.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Nothing passes to or from this node any more. */
  public synchronized void shut(String node) {
    shut.add(node);
  }

  /** All doors are open. */
  public synchronized void open() {
    shut.clear();
    notifyAll();
  }

  private synchronized void pass(String from, String to) throws InterruptedException {
    while (!closed && (shut.contains(from) || shut.contains(to))) {
      wait();
    }
  }

  private void accept(ServerSocket server, String from, String to, InetSocketAddress target) {
    try {
      while (true) {
        Socket here = server.accept();
        Thread.ofVirtual().start(() -> join(here, from, to, target));
      }
    } catch (IOException e) {
      // Closed.
    }
  }

  private void join(Socket here, String from, String to, InetSocketAddress target) {
    var there = new Socket();
    try {
      if (!keep(here) || !keep(there)) {
        return;
      }
      pass(from, to);
      there.connect(target);
      there.setTcpNoDelay(true);
      here.setTcpNoDelay(true);
      Thread back = Thread.ofVirtual().start(() -> pump(there, here, to, from));
      pump(here, there, from, to);
      back.join();
    } catch (IOException e) {
      // The node does not listen: the other side sees its connection end.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      end(here);
      end(there);
    }
  }

  private void pump(Socket source, Socket sink, String from, String to) {
    byte[] chunk = new byte[CHUNK_BYTES];
    try {
      InputStream in = source.getInputStream();
      OutputStream out = sink.getOutputStream();
      for (int count = in.read(chunk); count >= 0; count = in.read(chunk)) {
        pass(from, to);
        out.write(chunk, 0, count);
      }
    } catch (IOException e) {
      // One side is gone; so is the other, below.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      end(source);
      end(sink);
    }
  }

  private synchronized boolean keep(Socket socket) {
    if (closed) {
      end(socket);
      return false;
    }
    return open.add(socket);
  }

  private synchronized void end(Socket socket) {
    open.remove(socket);
    try {
      socket.close();
    } catch (IOException e) {
      // It is gone either way.
    }
  }

  /** The doors of a choice of ports that was given up. */
  synchronized void forgetAll() {
    for (ServerSocket server : listening) {
      try {
        server.close();
      } catch (IOException e) {
        // It listens no more either way.
      }
    }
    listening.clear();
    List.copyOf(open).forEach(this::end);
  }

  @Override
  public synchronized void close() {
    closed = true;
    notifyAll();
    forgetAll();
  }
}
