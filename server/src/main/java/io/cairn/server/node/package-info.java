/**
 * The node as a whole: {@link io.cairn.server.node.Node} is the only place that builds the rooms and joins them, opens them in
 * order and closes them in order. {@link io.cairn.server.node.Devices} is all it takes from the machine, so that the simulator can
 * run it unchanged.
 *
 * <p>{@link io.cairn.server.node.Bootstrap} is what a cluster begins with; {@link io.cairn.server.node.FirstStart} keeps a node that lost its
 * disk from voting under its old name; {@link io.cairn.server.node.ShardHost} opens the replicas and lets time pass for them.
 */
package io.cairn.server.node;
