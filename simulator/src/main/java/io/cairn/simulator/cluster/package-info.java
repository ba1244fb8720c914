/**
 * A cluster of whole nodes: the server's own {@link io.cairn.server.node.Node} and the client's own core, on simulated machines.
 *
 * <p>A {@link io.cairn.simulator.cluster.SimCluster} has machines {@code n1}, {@code n2}, … and any number of clients; a
 * {@link io.cairn.simulator.cluster.SimNode} is one machine with what runs on it; a {@link io.cairn.simulator.cluster.SimClient} asks as an
 * application would. Nothing here decides anything: what goes wrong, and what must hold after it, is the business of
 * {@link io.cairn.simulator.scenario}, and of users' own tests.
 */
package io.cairn.simulator.cluster;
