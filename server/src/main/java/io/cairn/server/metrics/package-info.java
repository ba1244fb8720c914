/**
 * What a node counts and measures, by Micrometer.
 *
 * <p>{@link io.cairn.server.metrics.MeterName} is the one list of meters; docs/metrics.md is the same list for operators.
 * {@link io.cairn.server.metrics.NodeMeters} is what all rooms of the node call, from any thread and cheaply;
 * {@link io.cairn.server.metrics.ProcessMeters} adds what the JVM and the operating system know of the process. A simulated node
 * has the former alone, on a registry that nobody reads.
 */
package io.cairn.server.metrics;
