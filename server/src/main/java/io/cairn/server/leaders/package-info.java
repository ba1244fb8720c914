/**
 * Where leadership lies, and when a node gives its own away. Beside the path of a {@code put}, not on it.
 *
 * <pre>
 *   LeaderWatch ── looks, again and again ──▶ LeaderPlacement   raft.leaders: which node should lead this shard?
 *        │                                     NodeHealth        does the process stand still, does the disk keep writes waiting?
 *        └──────────── Handovers ──▶ replica.Leadership ──▶ Raft.transferLeadership
 * </pre>
 *
 * {@link io.cairn.server.leaders.LeaderWatch} owns the timers; {@link io.cairn.server.leaders.LeaderPlacement} runs on the loop of the
 * replica it looks at, {@link io.cairn.server.leaders.NodeHealth} on a loop of its own that does nothing else, so that it is late only
 * when the whole process is. {@link io.cairn.server.leaders.Handovers} also empties a node that is about to stop.
 */
package io.cairn.server.leaders;
