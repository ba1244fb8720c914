package io.cairn.jepsen.cluster;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;

/**
 * Finds ports that nobody listens on. They lie below the range from which the system takes ports for outgoing connections, so that none
 * of those is in the way when a node comes back to its port. Another process may still take one first: then the cluster picks anew.
 */
final class FreePorts {
  private static final int FROM = 10_240;
  private static final int TO = 32_768;
  private static final int TRIES = 10_000;

  private final Random random = new Random();
  private final Set<Integer> given = new HashSet<>();

  int next() {
    for (int i = 0; i < TRIES; i++) {
      int port = random.nextInt(FROM, TO);
      if (!given.contains(port) && isFree(port)) {
        given.add(port);
        return port;
      }
    }
    throw new IllegalStateException("no free port found between " + FROM + " and " + TO + " in " + TRIES + " tries");
  }

  private static boolean isFree(int port) {
    try (var socket = new ServerSocket()) {
      socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      return true;
    } catch (IOException e) {
      return false;
    }
  }
}
