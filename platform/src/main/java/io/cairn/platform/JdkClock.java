package io.cairn.platform;

/**
 * The clocks of the JDK. On Linux {@link System#nanoTime()} stands still while the machine is suspended, so a server, which
 * promises leases, takes its own clock (CLOCK_BOOTTIME); a client may use this one.
 */
public final class JdkClock implements Clock {

  @Override
  public long nanoTime() {
    return System.nanoTime();
  }

  @Override
  public long wallMillis() {
    return System.currentTimeMillis();
  }
}
