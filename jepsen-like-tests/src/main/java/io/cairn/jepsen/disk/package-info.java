/**
 * Real disks that fail under real nodes.
 *
 * <p>{@link io.cairn.jepsen.disk.LoopDisk} is a file system that loses its power, {@link io.cairn.jepsen.disk.NodeDisks} one for each node;
 * {@link io.cairn.jepsen.disk.PowerFailUnderLoad} tells the story of many such losses, of one node and of all at once.
 * {@link io.cairn.jepsen.disk.FaultDisk} makes single calls on a node's files fail, stand still or take longer, by a preloaded library,
 * {@code faultdisk.c}; {@link io.cairn.jepsen.disk.FaultDisks} is one for each node, {@link io.cairn.jepsen.disk.FailedCalls} fails one call
 * of a fixed work after the other. What is left is judged by {@link io.cairn.jepsen.load.Replicas}. A story runs on its caller's thread; its
 * writers, {@link io.cairn.jepsen.load.Writers}, have threads of their own.
 */
package io.cairn.jepsen.disk;
