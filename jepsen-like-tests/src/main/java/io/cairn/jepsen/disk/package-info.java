/**
 * Real disks that fail under real nodes.
 *
 * <p>{@link io.cairn.jepsen.disk.LoopDisk} is a file system that loses its power, {@link io.cairn.jepsen.disk.NodeDisks} one for each node;
 * {@link io.cairn.jepsen.disk.PowerFailUnderLoad} tells the story of many such losses, of one node and of all at once, and is judged by
 * {@link io.cairn.jepsen.load.ReplicaCheck}. A story runs on its caller's thread; its writers, {@link io.cairn.jepsen.load.Writers}, have
 * threads of their own.
 */
package io.cairn.jepsen.disk;
