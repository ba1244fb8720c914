package io.cairn.server.config;

import static io.cairn.server.config.ValueType.BYTES;
import static io.cairn.server.config.ValueType.COUNT;

import java.util.List;
import java.util.function.ToLongFunction;

/** The keys below {@code limits.}: one for each component of {@link Limits}, in its order. */
final class LimitKeys {
  private static final long KIB = 1L << 10;
  private static final long MIB = 1L << 20;

  static final ConfigKey<Long> KEY_BYTES = bytes("key-bytes", 4 * KIB, 1, Limits.KEY_BYTES_MAX,
      "Longest key. It may be lowered, never raised.");
  static final ConfigKey<Long> VALUE_BYTES = bytes("value-bytes", MIB, 1, 8 * MIB, "Longest value.");
  static final ConfigKey<Long> BATCH_BYTES = bytes("batch-bytes", MIB, 4 * KIB, 16 * MIB,
      "Most bytes of commands in one Raft entry; a larger command travels alone.");
  static final ConfigKey<Long> BATCH_COMMANDS = count("batch-commands", 1_000, 1, 100_000, "Most commands in one Raft entry.");
  static final ConfigKey<Long> APPEND_BYTES = bytes("append-bytes", MIB, 4 * KIB, 16 * MIB,
      "Most bytes of entries in one message to a follower; one entry may exceed it.");
  static final ConfigKey<Long> INFLIGHT_APPEND_BYTES = bytes("inflight-append-bytes", 4 * MIB, 64 * KIB, 256 * MIB,
      "Entries sent to one follower of one shard and not acknowledged.");
  static final ConfigKey<Long> INFLIGHT_APPEND_MESSAGES = count("inflight-append-messages", 256, 1, 4_096,
      "Append messages to one follower of one shard that are not acknowledged.");
  static final ConfigKey<Long> INBOX_BYTES = bytes("inbox-bytes", 16 * MIB, 64 * KIB, 256 * MIB,
      "Commands and reads that wait for one replica; over it a request is refused.");
  static final ConfigKey<Long> UNCOMMITTED_BYTES = bytes("uncommitted-bytes", 16 * MIB, 64 * KIB, 256 * MIB,
      "Entries the leader of one shard has appended and not committed; over it a request is refused.");
  static final ConfigKey<Long> APPLY_BYTES = bytes("apply-bytes", 8 * MIB, 64 * KIB, 256 * MIB,
      "Committed entries of one shard that are handed to the engine and not yet applied.");
  static final ConfigKey<Long> CONNECTION_INFLIGHT_BYTES = bytes("connection-inflight-bytes", 16 * MIB, 64 * KIB, 256 * MIB,
      "Requests of one connection that are not answered; over it a request is refused, and over its even part "
          + "of limits.inbox-bytes when half of those are in flight at the node.");
  static final ConfigKey<Long> CONNECTION_OUTBOUND_BYTES = bytes("connection-outbound-bytes", 4 * MIB, 64 * KIB, 256 * MIB,
      "Answers a client has not taken; over it ranges wait, over twice as much no more is read from its connection.");
  static final ConfigKey<Long> NODE_INFLIGHT_BYTES = bytes("node-inflight-bytes", 64 * MIB, MIB, 4_096 * MIB,
      "Requests of all connections that are not answered, and beside them half as many bytes of pages of "
          + "ranges; over it a request is refused.");
  static final ConfigKey<Long> NODE_OUTBOUND_BYTES = bytes("node-outbound-bytes", 32 * MIB, MIB, 4_096 * MIB,
      "Answers that the clients of all connections have not taken; over half of it ranges are refused, over all of it gets.");
  static final ConfigKey<Long> PEER_QUEUE_BYTES = bytes("peer-queue-bytes", 16 * MIB, MIB, 256 * MIB,
      "Messages that wait to be sent to one peer; over it messages are dropped, and Raft sends them again.");
  static final ConfigKey<Long> SNAPSHOT_RATE = bytes("snapshot-rate", 32 * MIB, 64 * KIB, 1_024 * MIB,
      "Bytes of snapshots that this node sends in a second, to all nodes that lag together: what a node that was away needs must not take "
          + "the disk and the processors from those who write.");
  static final ConfigKey<Long> CATCH_UP_RATE = bytes("catch-up-rate", 4 * MIB, 64 * KIB, 1_024 * MIB,
      "Bytes of old log entries that this node sends in a second, to all nodes that lag together, and beside them as many "
          + "entries as are written meanwhile. Without effect while a commit waits for one of them.");
  static final ConfigKey<Long> RANGE_CHUNK_BYTES = bytes("range-chunk-bytes", 256 * KIB, 4 * KIB, 4 * MIB,
      "Keys and values in one chunk of a range's answer; one key and value may exceed it.");
  static final ConfigKey<Long> CONNECTION_WATCHES = count("connection-watches", 10_000, 1, 1_000_000,
      "Watches of one connection; one more is refused.");
  static final ConfigKey<Long> NODE_WATCHES = count("node-watches", 100_000, 1, 10_000_000,
      "Watches of all connections; one more is refused.");
  static final ConfigKey<Long> WATCH_BYTES = bytes("watch-bytes", 32 * MIB, MIB, 4_096 * MIB,
      "Recent events kept in memory for watches, and events on their way to their connections; a watch that is further behind "
          + "reads from the disk.");
  static final ConfigKey<Long> CONNECTIONS_MAX = count("connections-max", 10_000, 1, 1_000_000,
      "Open connections of clients; one more is closed at once, with a message.");
  static final ConfigKey<Long> LOG_QUEUE_BYTES = bytes("log-queue-bytes", 32 * MIB, 64 * KIB, 1_024 * MIB,
      "Records of all shards that wait for the log's writer.");
  static final ConfigKey<Long> LOGGING_QUEUE_BYTES = bytes("logging-queue-bytes", MIB, 4 * KIB, 64 * MIB,
      "Log lines that wait for their file or for standard error; what does not fit is dropped and counted.");
  static final ConfigKey<Long> TXN_OPERATIONS = count("txn-operations", 1_024, 1, 65_536,
      "Most operations and compares of one transaction, with those of the transactions in it. Its bytes, and those of its "
          + "answer, are bounded by limits.batch-bytes or one largest put, whichever is more.");
  static final ConfigKey<Long> TXN_KEYS = count("txn-keys", 10_000, 1, 1_000_000,
      "Most keys that the compares, ranges and deletes of ranges of one transaction come upon, together: the other writes "
          + "of the node wait while it looks at them.");
  static final ConfigKey<Long> ADMIN_REQUEST_BYTES = bytes("admin-request-bytes", 8 * KIB, KIB, 64 * KIB,
      "Longest request line, and longest sum of headers, on the admin port.");

  static final List<ConfigKey<?>> ALL = List.of(
      KEY_BYTES, VALUE_BYTES, BATCH_BYTES, BATCH_COMMANDS, APPEND_BYTES, INFLIGHT_APPEND_BYTES, INFLIGHT_APPEND_MESSAGES, INBOX_BYTES,
      UNCOMMITTED_BYTES, APPLY_BYTES, CONNECTION_INFLIGHT_BYTES, CONNECTION_OUTBOUND_BYTES, NODE_INFLIGHT_BYTES, NODE_OUTBOUND_BYTES,
      PEER_QUEUE_BYTES, SNAPSHOT_RATE, CATCH_UP_RATE,
      RANGE_CHUNK_BYTES, CONNECTION_WATCHES, NODE_WATCHES, WATCH_BYTES, CONNECTIONS_MAX, LOG_QUEUE_BYTES, LOGGING_QUEUE_BYTES,
      TXN_OPERATIONS, TXN_KEYS, ADMIN_REQUEST_BYTES);

  private LimitKeys() {}

  static Limits read(ToLongFunction<ConfigKey<Long>> value) {
    return new Limits(
        value.applyAsLong(KEY_BYTES), value.applyAsLong(VALUE_BYTES), value.applyAsLong(BATCH_BYTES),
        value.applyAsLong(BATCH_COMMANDS), value.applyAsLong(APPEND_BYTES), value.applyAsLong(INFLIGHT_APPEND_BYTES),
        value.applyAsLong(INFLIGHT_APPEND_MESSAGES), value.applyAsLong(INBOX_BYTES), value.applyAsLong(UNCOMMITTED_BYTES),
        value.applyAsLong(APPLY_BYTES), value.applyAsLong(CONNECTION_INFLIGHT_BYTES), value.applyAsLong(CONNECTION_OUTBOUND_BYTES),
        value.applyAsLong(NODE_INFLIGHT_BYTES), value.applyAsLong(NODE_OUTBOUND_BYTES),
        value.applyAsLong(PEER_QUEUE_BYTES), value.applyAsLong(SNAPSHOT_RATE), value.applyAsLong(CATCH_UP_RATE),
        value.applyAsLong(RANGE_CHUNK_BYTES), value.applyAsLong(CONNECTION_WATCHES), value.applyAsLong(NODE_WATCHES), value.applyAsLong(WATCH_BYTES),
        value.applyAsLong(CONNECTIONS_MAX),
        value.applyAsLong(LOG_QUEUE_BYTES), value.applyAsLong(LOGGING_QUEUE_BYTES),
        value.applyAsLong(TXN_OPERATIONS), value.applyAsLong(TXN_KEYS), value.applyAsLong(ADMIN_REQUEST_BYTES));
  }

  private static ConfigKey<Long> bytes(String name, long usual, long lowest, long highest, String doc) {
    return ConfigKey.of("limits." + name, BYTES, usual, Bound.between(BYTES, lowest, highest), doc);
  }

  private static ConfigKey<Long> count(String name, long usual, long lowest, long highest, String doc) {
    return ConfigKey.of("limits." + name, COUNT, usual, Bound.between(COUNT, lowest, highest), doc);
  }
}
