/**
 * Workloads against a running cluster, through the public client alone. {@link io.cairn.benchmarks.Bench} is the command line of
 * {@code bin/bench}: it warms, measures and prints one line of figures. {@link io.cairn.benchmarks.Load} keeps requests in flight, in a
 * closed loop or at a rate; {@link io.cairn.benchmarks.Figures} is what is printed. {@link io.cairn.benchmarks.WatchBench} is
 * {@code bin/bench watch}: many watchers, of which {@link io.cairn.benchmarks.WatchTally} knows whether each saw everything once.
 * {@link io.cairn.benchmarks.LockCrowd} is {@code bin/bench locks}: processes of {@link io.cairn.benchmarks.LockWaiters}, of which some are killed.
 *
 * <p>Benchmarks measure, tests prove: nothing here asserts a time.
 */
package io.cairn.benchmarks;
