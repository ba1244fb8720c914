/**
 * Nodes killed while {@code kvctl load} runs, and afterwards every line's word held against every replica.
 *
 * <p>{@link io.cairn.jepsen.load.KillUnderLoad} tells the story, on {@link io.cairn.jepsen.load.FaultyCluster}s of two kinds: that of
 * {@code bin/cluster}, and one of a test. {@link io.cairn.jepsen.load.LoadProcess} is the kvctl under it, fed from
 * {@link io.cairn.jepsen.load.RecordFile}; {@link io.cairn.jepsen.load.ReplicaCheck} judges. The story runs on its caller's thread, the lines
 * are fed by a thread of the process's own.
 */
package io.cairn.jepsen.load;
