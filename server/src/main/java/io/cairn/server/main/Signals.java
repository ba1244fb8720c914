package io.cairn.server.main;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import sun.misc.Signal;

/**
 * SIGTERM and SIGINT: the first asks for an orderly end, the second is the last word. A shutdown hook would not do: the JVM then
 * ends with its own status, and a second signal waits for the first.
 */
final class Signals {
  private final AtomicInteger received = new AtomicInteger();

  /**
   * @param first told the name of the first signal, on a thread of the JVM's; must return at once
   * @param second told the number of the second
   */
  void listen(Consumer<String> first, IntConsumer second) {
    for (String name : new String[] {"TERM", "INT"}) {
      Signal.handle(new Signal(name), signal -> {
        if (received.incrementAndGet() == 1) {
          first.accept("SIG" + signal.getName());
        } else {
          second.accept(signal.getNumber());
        }
      });
    }
  }
}
