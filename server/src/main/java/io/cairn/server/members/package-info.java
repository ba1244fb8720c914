/**
 * # Members, all the way up: who the nodes are, and how one change is carried out for every shard
 *
 * <pre>
 *   kvctl member add ──▶ frontend ──▶ ChangeDriver ──MemberCommand──▶ log of shard 0 ──▶ TableRules ──▶ NodeTable
 *                                      (where shard 0 is led)                                             │ every node
 *                                        │ look, step                                                    ▼
 *                                        ▼                                          links, handshakes, clients' map
 *                              leader of each shard: joint change
 * </pre>
 *
 * The system shard holds a {@link io.cairn.server.members.NodeTable}: ids, names, addresses, standings, and the one
 * {@link io.cairn.server.members.MemberChange} under way. {@link io.cairn.server.members.TableRules} is the only place that changes
 * it, at apply; {@link io.cairn.server.members.ChangeDriver} only asks shards and proposes, and may be cut off anywhere
 * ({@link io.cairn.server.members.ChangePoint}). {@link io.cairn.server.members.MemberCodec} is what stands on disk. Nothing in here
 * knows of connections or of replicas: {@code io.cairn.server.node} joins it to them.
 */
package io.cairn.server.members;
