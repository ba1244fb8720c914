package io.cairn.benchmarks;

import io.cairn.client.KvClient;
import io.cairn.client.KvLock;
import io.cairn.client.LockOptions;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A process of clients that each take one lock once, so that all of them can be killed at once; {@link LockCrowd} starts it. Says on its standard output, one
 * line each, when a client was granted the lock ({@code G TOKEN NANOS}), when it begins to release it ({@code R TOKEN NANOS}), and what failed
 * ({@code F MESSAGE}). It does not outlive whoever started it.
 */
public final class LockWaiters {
  private static final Duration DEADLINE = Duration.ofSeconds(30);

  private final KvLock lock;
  private final long holdNanos;

  private LockWaiters(KvLock lock, long holdNanos) {
    this.lock = lock;
    this.holdNanos = holdNanos;
  }

  /** Given the endpoints, the lock's name, how many clients, the TTL of their sessions and how long each holds it, both in milliseconds. */
  public static void main(String[] args) throws InterruptedException {
    String[] endpoints = args[0].split(",");
    var options = LockOptions.DEFAULT.withTtl(Duration.ofMillis(Long.parseLong(args[3])));
    int clients = Integer.parseInt(args[2]);
    Thread.ofPlatform().daemon().name("ends-with-starter").start(LockWaiters::endWithStarter);
    var over = new CountDownLatch(clients);
    List<KvClient> open = new ArrayList<>();
    try (KvClient first = KvClient.builder().endpoints(endpoints).deadline(DEADLINE).build()) {
      for (int i = 0; i < clients; i++) {
        KvClient client = KvClient.builder().endpoints(endpoints).deadline(DEADLINE).threadsOf(first).build();
        open.add(client);
        var waiter = new LockWaiters(client.lock(args[1], options), TimeUnit.MILLISECONDS.toNanos(Long.parseLong(args[4])));
        Thread.ofVirtual().start(() -> {
          waiter.takeOnce();
          over.countDown();
        });
      }
      over.await();
      open.forEach(KvClient::close);
    }
  }

  private static void endWithStarter() {
    try {
      while (System.in.read() >= 0) {
        // Nothing is ever said.
      }
    } catch (IOException e) {
      // As at the end.
    }
    Runtime.getRuntime().halt(1);
  }

  private void takeOnce() {
    try {
      long token = lock.lockAndGetToken();
      say("G " + token + " " + System.nanoTime());
      long until = System.nanoTime() + holdNanos;
      while (System.nanoTime() - until < 0) {
        LockSupport.parkNanos(until - System.nanoTime());
      }
      say("R " + token + " " + System.nanoTime());
      lock.unlock();
    } catch (RuntimeException e) {
      say("F " + e);
    }
  }

  private static void say(String line) {
    System.out.println(line.replaceAll("\\R", " "));
  }
}
