/**
 * Scripts that a Raft reader can review: {@code src/test/resources/scripts/*.txt}.
 *
 * <p>A script is a list of blocks: a comment if need be, commands one a line, {@code ----}, and what the cluster says to them. {@link
 * io.cairn.raft.script.InteractionTest} runs them all and compares; with {@code -Drewrite=true} it writes what was said into the
 * files, for a reviewer to read in the difference. Each command is a class of its own, a few lines long; the cluster is
 * {@link io.cairn.raft.script.ScriptedCluster}. There is one clock, moved by {@code tick} alone; chance is switched off
 * (the election timeout is 100 ms, a heartbeat 10 ms); disks answer at once unless {@code disk N slow} is said.
 */
package io.cairn.raft.script;
