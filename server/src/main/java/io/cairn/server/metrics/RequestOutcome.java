package io.cairn.server.metrics;

/** How a request ended, as a label: the four kinds of error and none. */
public enum RequestOutcome {
  DONE,
  /** Certainly without effect. */
  REFUSED,
  /** May have happened. */
  UNKNOWN,
  /** The node stops. */
  BROKEN
}
