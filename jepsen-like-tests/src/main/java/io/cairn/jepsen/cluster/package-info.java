/**
 * Clusters of real {@code kvd} processes on this machine's loopback.
 *
 * <p>A {@link io.cairn.jepsen.cluster.LocalCluster} picks ports, writes a configuration file for each
 * {@link io.cairn.jepsen.cluster.KvdNode}, starts them as {@link io.cairn.jepsen.cluster.KvdProcess}es and ends them: after
 * {@code close()} no process, port or file of it is left. What is waited for is waited for with {@link io.cairn.jepsen.cluster.Await},
 * by asking again until a deadline. This is the one room of the module that starts processes, reads the clock and touches files; its
 * objects are used by one thread at a time unless they say otherwise.
 */
package io.cairn.jepsen.cluster;
