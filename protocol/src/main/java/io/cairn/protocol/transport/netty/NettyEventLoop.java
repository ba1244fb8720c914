package io.cairn.protocol.transport.netty;

import io.cairn.platform.EventLoop;
import io.netty.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** One of Netty's loops in the words of the platform. */
final class NettyEventLoop implements EventLoop {

  private static final Timer NEVER = () -> { };

  private final io.netty.channel.EventLoop netty;
  private final String name;
  private final Consumer<Throwable> uncaught;

  NettyEventLoop(io.netty.channel.EventLoop netty, String name, Consumer<Throwable> uncaught) {
    this.netty = netty;
    this.name = name;
    this.uncaught = uncaught;
  }

  io.netty.channel.EventLoop netty() {
    return netty;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public boolean inLoop() {
    return netty.inEventLoop();
  }

  @Override
  public void execute(Runnable task) {
    try {
      netty.execute(() -> runGuarded(task));
    } catch (RejectedExecutionException e) {
      // The loop has ended: its tasks are dropped, as the contract says.
    }
  }

  @Override
  public Timer schedule(long delayNanos, Runnable task) {
    try {
      Future<?> future = netty.schedule(() -> runGuarded(task), delayNanos, TimeUnit.NANOSECONDS);
      return () -> future.cancel(false);
    } catch (RejectedExecutionException e) {
      return NEVER;
    }
  }

  /** Netty logs what a task throws and goes on; here nothing goes on with half a task done unless its owner says so (JV-05). */
  void runGuarded(Runnable task) {
    try {
      task.run();
    } catch (Throwable e) {
      uncaught.accept(e);
    }
  }
}
