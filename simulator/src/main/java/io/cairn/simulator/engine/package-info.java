/**
 * The store engine of a simulation: what stands in for RocksDB, which has threads and files of its own and cannot run in virtual
 * time.
 *
 * <p>{@link io.cairn.simulator.engine.SimEngines} opens engines for one process; what they hold lies in a
 * {@link io.cairn.simulator.engine.SimEngineDisk} that belongs to the machine. Each batch makes a new version of a persistent
 * ordered map, so that a view, a flush and a crash are all no more than a reference to one. A crash goes back to the last version that a
 * flush covered, or to a later one: RocksDB flushes by itself when it likes.
 *
 * <p>Its contract is earned: {@code EngineContractTest} runs the same random operations against it and against RocksDB.
 */
package io.cairn.simulator.engine;
