package io.cairn.platform;

import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;

/**
 * Loops on platform threads, one each.
 *
 * <p>A task that throws has left what the loop owns half changed: the handler given here is called with the loop and the
 * cause (in a node it means Broken, and the process ends), and the loop runs nothing more.
 */
public final class JdkEventLoops implements EventLoops {
  private final boolean daemon;
  private final BiConsumer<EventLoop, Throwable> onFailure;

  /**
   * @param daemon whether the threads let the process end while they run
   * @param onFailure called on the loop's own thread, once, as the last thing the loop does
   */
  public JdkEventLoops(boolean daemon, BiConsumer<EventLoop, Throwable> onFailure) {
    this.daemon = daemon;
    this.onFailure = onFailure;
  }

  @Override
  public EventLoop start(String name) {
    JdkEventLoop loop = new JdkEventLoop(name, daemon, onFailure);
    loop.begin();
    return loop;
  }

  @Override
  public void stop(EventLoop loop) {
    own(loop).stop();
  }

  /**
   * Waits until a stopped loop has run what it had accepted.
   *
   * @return whether it has ended within the time; false too when the waiting thread was interrupted
   */
  public boolean awaitEnd(EventLoop loop, long timeoutNanos) {
    try {
      return own(loop).join(timeoutNanos);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private static JdkEventLoop own(EventLoop loop) {
    if (loop instanceof JdkEventLoop jdkLoop) {
      return jdkLoop;
    }
    throw new IllegalArgumentException("loop " + loop.name() + " was not started here");
  }

  static long millisRoundedUp(long nanos) {
    return Math.max(1, TimeUnit.NANOSECONDS.toMillis(nanos + 999_999));
  }
}
