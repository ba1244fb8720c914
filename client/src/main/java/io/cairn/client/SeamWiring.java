package io.cairn.client;

import io.cairn.client.seams.ClientSeams;
import io.cairn.client.seams.Closing;
import io.cairn.platform.EventLoop;
import io.cairn.platform.JdkClock;
import io.cairn.platform.JdkSecureRandomSource;
import io.cairn.platform.RandomSource;
import java.util.concurrent.Executor;

/** What services and recipes take from the machine, as a client has it: its timers, its callback threads. */
final class SeamWiring {

  private SeamWiring() {}

  static ClientSeams seams(EventLoop loop, Executor callbacks, Closing closing) {
    RandomSource random = new JdkSecureRandomSource();
    return new ClientSeams(new JdkClock()::nanoTime, random::nextLong, callbacks, (delay, task) -> {
      EventLoop.Timer timer = loop.schedule(delay.toNanos(), () -> callbacks.execute(task));
      return timer::cancel;
    }, closing);
  }
}
