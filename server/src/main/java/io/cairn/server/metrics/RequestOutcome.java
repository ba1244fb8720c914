package io.cairn.server.metrics;

/** How a request ended, as a label: as far as the one who asked hears of it; what is Broken stops the node and answers nobody. */
public enum RequestOutcome {
  DONE,
  /** Certainly without effect. */
  REFUSED,
  /** May have happened. */
  UNKNOWN
}
