/**
 * # Room 4b of 6 on the path of a `put`: to the other replicas, and from them
 *
 * <p>{@link io.cairn.server.peer.Peers} holds one link to each other node and gathers the messages of all shards of one turn into one
 * frame, so that the heartbeats of all shards leave together; large appends travel in pieces, and everything else goes between
 * them. {@link io.cairn.server.peer.PeerService} is the accepting side: messages to their replica, questions to the oracle, pieces of
 * snapshots. {@link io.cairn.server.peer.RaftCodec} is the one place where Raft's messages meet the wire.
 */
package io.cairn.server.peer;
