package io.cairn.server.metrics;

/** What a client asked for, as a label. */
public enum RequestOp {
  PUT, DELETE, DELETE_RANGE, TXN, ADD, GET, RANGE, CHILDREN, HASH, TRANSFER, SHARD_MAP, STATUS, MEMBER, HISTORY, WATCH, WATCH_CONTROL, LEASE, LOCK
}
