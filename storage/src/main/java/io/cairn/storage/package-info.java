/**
 * The disk. One shared Raft log per node ({@link io.cairn.storage.log}), one or more engines with the data of all shards
 * ({@link io.cairn.storage.engine}), the versions of keys on top of them ({@link io.cairn.storage.mvcc}), the memory of what
 * clients have sent ({@link io.cairn.storage.retry}), snapshots ({@link io.cairn.storage.snapshot}) and the data directory
 * itself ({@link io.cairn.storage.directory}). Only this module knows RocksDB.
 */
package io.cairn.storage;
