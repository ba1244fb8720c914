package io.cairn.server.config;

import io.cairn.server.watch.WatchBounds;

/**
 * Every bound of every queue, batch and size of a node, in one place. Nothing in a node grows without one of these, and what does
 * not fit is refused before it costs anything. Bytes unless the name says otherwise.
 *
 * @param keyBytes longest key
 * @param valueBytes longest value
 * @param batchBytes most bytes of commands in one Raft entry; a larger command travels alone
 * @param batchCommands most commands in one Raft entry
 * @param appendBytes most bytes of entries in one message to a follower; one entry may exceed it
 * @param inflightAppendBytes most bytes of entries sent to one follower of one shard and not acknowledged
 * @param inflightAppendMessages most append messages to one follower of one shard that are not acknowledged
 * @param inboxBytes commands and reads that wait for one replica
 * @param uncommittedBytes entries a leader of one shard has appended and not committed
 * @param applyBytes entries of one shard committed, handed to apply and not yet applied
 * @param connectionInflightBytes requests of one connection that are not answered; less, its even part of inboxBytes, when half of
 *     those are in flight at the node
 * @param connectionOutboundBytes answers of one connection that its reader has not taken; over it ranges wait, and over twice as much
 *     nothing more is read from it
 * @param nodeInflightBytes requests of all connections that are not answered; half as many bytes of pages that reads of many keys may hold
 * @param nodeOutboundBytes answers of all connections that are not taken; over half of it reads of many keys are refused and read no
 *     page, over all of it reads of one
 * @param peerQueueBytes messages that wait to be sent to one peer; over it the oldest droppable ones go
 * @param snapshotRate bytes of snapshots that the node sends in a second, to all who lag together
 * @param catchUpRate bytes of old log entries that the node sends in a second, to all who lag together
 * @param rangeChunkBytes keys and values in one chunk of an answer
 * @param connectionWatches watches of one connection
 * @param nodeWatches watches of the node
 * @param watchBytes recent events that are kept for watches, and parts on their way to them
 * @param connectionsMax open connections of clients
 * @param logQueueBytes records that wait for the log's writer
 * @param loggingQueueBytes log lines that wait for their file or for standard error; over it they are dropped and counted
 * @param txnOperations most operations and compares of one transaction, with those of the transactions in it
 * @param txnKeys most keys that the compares, ranges and deletes of ranges of one transaction come upon
 * @param adminRequestBytes longest request line and headers on the admin port
 */
public record Limits(
    long keyBytes,
    long valueBytes,
    long batchBytes,
    long batchCommands,
    long appendBytes,
    long inflightAppendBytes,
    long inflightAppendMessages,
    long inboxBytes,
    long uncommittedBytes,
    long applyBytes,
    long connectionInflightBytes,
    long connectionOutboundBytes,
    long nodeInflightBytes,
    long nodeOutboundBytes,
    long peerQueueBytes,
    long snapshotRate,
    long catchUpRate,
    long rangeChunkBytes,
    long connectionWatches,
    long nodeWatches,
    long watchBytes,
    long connectionsMax,
    long logQueueBytes,
    long loggingQueueBytes,
    long txnOperations,
    long txnKeys,
    long adminRequestBytes) {

  /** No key is longer, whatever the configuration says: keys travel in every index and message. */
  public static final int KEY_BYTES_MAX = 4 << 10;

  /** What a frame needs beside the events in it. */
  private static final int PART_ROOM_BYTES = 1 << 10;

  /** Room in a frame beside a command or a batch: headers, ids, field tags. */
  private static final long FRAME_OVERHEAD_BYTES = 64 << 10;

  public Limits {
    new Mistakes()
        .bound(LimitKeys.KEY_BYTES, keyBytes)
        .bound(LimitKeys.VALUE_BYTES, valueBytes)
        .bound(LimitKeys.BATCH_BYTES, batchBytes)
        .bound(LimitKeys.BATCH_COMMANDS, batchCommands)
        .bound(LimitKeys.APPEND_BYTES, appendBytes)
        .bound(LimitKeys.INFLIGHT_APPEND_BYTES, inflightAppendBytes)
        .bound(LimitKeys.INFLIGHT_APPEND_MESSAGES, inflightAppendMessages)
        .bound(LimitKeys.INBOX_BYTES, inboxBytes)
        .bound(LimitKeys.UNCOMMITTED_BYTES, uncommittedBytes)
        .bound(LimitKeys.APPLY_BYTES, applyBytes)
        .bound(LimitKeys.CONNECTION_INFLIGHT_BYTES, connectionInflightBytes)
        .bound(LimitKeys.CONNECTION_OUTBOUND_BYTES, connectionOutboundBytes)
        .bound(LimitKeys.NODE_INFLIGHT_BYTES, nodeInflightBytes)
        .bound(LimitKeys.NODE_OUTBOUND_BYTES, nodeOutboundBytes)
        .bound(LimitKeys.PEER_QUEUE_BYTES, peerQueueBytes)
        .bound(LimitKeys.SNAPSHOT_RATE, snapshotRate)
        .bound(LimitKeys.CATCH_UP_RATE, catchUpRate)
        .bound(LimitKeys.RANGE_CHUNK_BYTES, rangeChunkBytes)
        .bound(LimitKeys.CONNECTION_WATCHES, connectionWatches)
        .bound(LimitKeys.NODE_WATCHES, nodeWatches)
        .bound(LimitKeys.WATCH_BYTES, watchBytes)
        .bound(LimitKeys.CONNECTIONS_MAX, connectionsMax)
        .bound(LimitKeys.LOG_QUEUE_BYTES, logQueueBytes)
        .bound(LimitKeys.LOGGING_QUEUE_BYTES, loggingQueueBytes)
        .bound(LimitKeys.TXN_OPERATIONS, txnOperations)
        .bound(LimitKeys.TXN_KEYS, txnKeys)
        .bound(LimitKeys.ADMIN_REQUEST_BYTES, adminRequestBytes)
        .claim(nodeInflightBytes >= connectionInflightBytes, LimitKeys.NODE_INFLIGHT_BYTES, nodeInflightBytes,
            "must be at least limits.connection-inflight-bytes (" + print(connectionInflightBytes) + ")")
        .claim(inflightAppendBytes >= appendBytes, LimitKeys.INFLIGHT_APPEND_BYTES, inflightAppendBytes,
            "must be at least limits.append-bytes (" + print(appendBytes) + ")")
        .claim(inboxBytes >= commandBytesMax(keyBytes, valueBytes), LimitKeys.INBOX_BYTES, inboxBytes,
            "must hold one largest command (" + print(commandBytesMax(keyBytes, valueBytes)) + ", by limits.value-bytes)")
        .claim(connectionInflightBytes >= frameBytes(keyBytes, valueBytes, batchBytes),
            LimitKeys.CONNECTION_INFLIGHT_BYTES, connectionInflightBytes,
            "must hold one largest frame (" + print(frameBytes(keyBytes, valueBytes, batchBytes))
                + ", by limits.value-bytes and limits.batch-bytes)")
        .claim(uncommittedBytes >= entryBytes(keyBytes, valueBytes, batchBytes), LimitKeys.UNCOMMITTED_BYTES, uncommittedBytes,
            "must hold one largest entry (" + print(entryBytes(keyBytes, valueBytes, batchBytes)) + ")")
        .claim(peerQueueBytes >= frameBytes(keyBytes, valueBytes, batchBytes), LimitKeys.PEER_QUEUE_BYTES, peerQueueBytes,
            "must hold one largest frame (" + print(frameBytes(keyBytes, valueBytes, batchBytes)) + ")")
        .claim(logQueueBytes >= entryBytes(keyBytes, valueBytes, batchBytes), LimitKeys.LOG_QUEUE_BYTES, logQueueBytes,
            "must hold one largest entry (" + print(entryBytes(keyBytes, valueBytes, batchBytes)) + ")")
        .throwIfAny();
  }

  /** Every key at its default. */
  public static Limits defaults() {
    return LimitKeys.read(ConfigKey::defaultValue);
  }

  /** What bounds the watches of the node. */
  public WatchBounds watches() {
    int part = (int) (frameBytes() - PART_ROOM_BYTES);
    return new WatchBounds(connectionWatches, nodeWatches, watchBytes, (int) Math.min(rangeChunkBytes, part), part);
  }

  /** Longest frame that is read or written: one largest command, or one batch in a message between nodes. */
  public long frameBytes() {
    return frameBytes(keyBytes, valueBytes, batchBytes);
  }

  /** Most bytes of one transaction, and of its answer: as many as one entry may have. */
  public long txnBytes() {
    return entryBytes(keyBytes, valueBytes, batchBytes);
  }

  private static long commandBytesMax(long keyBytes, long valueBytes) {
    return 2 * keyBytes + valueBytes;
  }

  private static long entryBytes(long keyBytes, long valueBytes, long batchBytes) {
    return Math.max(commandBytesMax(keyBytes, valueBytes), batchBytes);
  }

  private static long frameBytes(long keyBytes, long valueBytes, long batchBytes) {
    return entryBytes(keyBytes, valueBytes, batchBytes) + FRAME_OVERHEAD_BYTES;
  }

  private static String print(long bytes) {
    return ValueType.BYTES.print(bytes);
  }
}
