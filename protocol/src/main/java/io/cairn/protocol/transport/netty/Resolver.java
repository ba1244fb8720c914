package io.cairn.protocol.transport.netty;

import io.cairn.protocol.transport.HostPort;
import io.netty.util.NetUtil;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Finds the addresses of host names off the loops, since the JDK's look-up blocks, for seconds when DNS is down. Literal
 * addresses need no look-up and never leave the loop. The JDK keeps what it found (by default for 30 s).
 */
final class Resolver {

  interface Answer {
    void resolved(List<InetSocketAddress> addresses);

    void unknown(IOException cause);
  }

  private static final int WAITING_MAX = 1_024;

  /** One thread, which ends when there is nothing to look up. */
  private final ThreadPoolExecutor lookups;

  Resolver(ThreadFactory threads) {
    lookups = new ThreadPoolExecutor(1, 1, 5, TimeUnit.SECONDS, new LinkedBlockingQueue<>(WAITING_MAX), threads);
    lookups.allowCoreThreadTimeOut(true);
  }

  /** Answers on {@code loop}. */
  void resolve(HostPort address, NettyEventLoop loop, Answer answer) {
    byte[] literal = NetUtil.createByteArrayFromIpAddressString(address.host());
    if (literal != null) {
      loop.run(() -> answer.resolved(List.of(socketAddress(literal, address))));
      return;
    }
    try {
      lookups.execute(() -> lookUp(address, loop, answer));
    } catch (RejectedExecutionException e) {
      loop.execute(() -> answer.unknown(new IOException("cannot look up '" + address.host() + "' now: too many look-ups wait", e)));
    }
  }

  void close() {
    lookups.shutdownNow();
  }

  private static void lookUp(HostPort address, NettyEventLoop loop, Answer answer) {
    try {
      List<InetSocketAddress> found = new ArrayList<>();
      for (InetAddress each : InetAddress.getAllByName(address.host())) {
        found.add(new InetSocketAddress(each, address.port()));
      }
      loop.execute(() -> answer.resolved(found));
    } catch (UnknownHostException e) {
      loop.execute(() -> answer.unknown(new IOException("cannot connect to " + address + ": no address is known for '" + address.host() + "'", e)));
    }
  }

  private static InetSocketAddress socketAddress(byte[] literal, HostPort address) {
    try {
      return new InetSocketAddress(InetAddress.getByAddress(literal), address.port());
    } catch (UnknownHostException e) {
      throw new IllegalStateException("an address of " + literal.length + " bytes", e);
    }
  }
}
