/** What every engine keeps to ({@code EngineContractTest}), run against RocksDB and against the engine of the simulator. */
package io.cairn.simulator.engine;
