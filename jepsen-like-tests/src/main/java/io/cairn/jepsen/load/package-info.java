/**
 * What was said of writes held against every replica after faults: of lines that {@code kvctl load} loads while nodes are killed, and of
 * writes that a test's own {@link io.cairn.jepsen.load.Writers} make.
 *
 * <p>{@link io.cairn.jepsen.load.KillUnderLoad} tells the story, on {@link io.cairn.jepsen.load.FaultyCluster}s of two kinds: that of
 * {@code bin/cluster}, and one of a test. {@link io.cairn.jepsen.load.LoadProcess} is the kvctl under it, fed from
 * {@link io.cairn.jepsen.load.RecordFile}. {@link io.cairn.jepsen.load.Replicas} has every replica judged, by
 * {@link io.cairn.jepsen.load.ReplicaCheck}. The story runs on its caller's thread, the lines are fed by a thread of the process's own, each
 * of the writers has one.
 */
package io.cairn.jepsen.load;
