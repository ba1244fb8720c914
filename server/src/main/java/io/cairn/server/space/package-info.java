/**
 * The room on the disks: what grows is refused before one is full. Beside the path of a {@code put}; {@code Replica.write} asks.
 *
 * <pre>
 *   DiskSpace ── looks at this node's disk ──▶ GrowthGate ◀── PeerService: what other nodes say of theirs
 *       │                                          ▲
 *       ├──▶ Peers: said to the other nodes        └── Replica.write: may this be proposed?
 *       └──▶ EngineFlusher: goes on with what it held back
 * </pre>
 *
 * {@link io.cairn.server.space.DiskSpace} and {@link io.cairn.server.space.LargestPrefixes} belong to a loop that may block,
 * {@link io.cairn.server.space.GrowthGate} is asked from the loops of replicas. What follows from it is in {@code docs/disk-space.md}.
 */
package io.cairn.server.space;
