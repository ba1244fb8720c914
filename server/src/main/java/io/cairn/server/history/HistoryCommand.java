package io.cairn.server.history;

import com.google.protobuf.ByteString;

/** A change of how much history the cluster keeps, as it stands in the system shard's log. */
public sealed interface HistoryCommand {

  /** Every shard is to drop what only reads below {@code revision} need. One below an earlier one changes nothing. */
  record Compact(long revision) implements HistoryCommand {}

  /** No history is to be kept of keys that begin with {@code prefix}, a stored one; or it is again. */
  record Keep(boolean keeps, ByteString prefix) implements HistoryCommand {}
}
