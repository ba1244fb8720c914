/**
 * What replicas say to each other: {@link io.cairn.raft.message.RaftMessage}, sealed, all on one page. Each role answers every
 * message in a switch without a default, so a new one does not compile until each has its answer. Their bytes are the server's
 * business, as are shard, epoch and addresses.
 */
package io.cairn.raft.message;
