package io.cairn.server.history;

/** A change of how much history the cluster keeps, as it stands in the system shard's log. */
public sealed interface HistoryCommand {

  /** Every shard is to drop what only reads below {@code revision} need. One below an earlier one changes nothing. */
  record Compact(long revision) implements HistoryCommand {}
}
