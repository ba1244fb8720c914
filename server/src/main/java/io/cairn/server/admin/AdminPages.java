package io.cairn.server.admin;

import java.util.function.Supplier;

/**
 * What the admin port shows.
 *
 * @param metrics the metrics as Prometheus text
 * @param liveness asked by {@code /livez}
 * @param readiness asked by {@code /readyz}
 * @param waitNanos how long either may take before the answer is no
 */
public record AdminPages(Supplier<String> metrics, Liveness liveness, Readiness readiness, long waitNanos) {

  /** Long enough for a read through a busy leader, short enough for a probe. */
  public static final long WAIT_NANOS = 1_000_000_000L;
}
