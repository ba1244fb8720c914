/**
 * The ordered map under everything: {@link io.cairn.storage.engine.Engine} is the seam, RocksDB with its write-ahead log off is
 * what stands behind it in production, memory in the simulator.
 *
 * <p>One loop writes, in batches; any thread reads. What is written is visible at once and durable after
 * {@link io.cairn.storage.engine.Engine#flush()}; a crash leaves a prefix of the batches. Only this package knows RocksDB:
 * {@code RocksOptions} says what is set and why, {@code RocksBatch} lays batches out, {@code RocksFailures} makes the
 * first failure the last word of the engine. The way goes on in {@link io.cairn.storage.mvcc}.
 */
package io.cairn.storage.engine;
