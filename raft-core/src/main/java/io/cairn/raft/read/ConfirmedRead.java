package io.cairn.raft.read;

import io.cairn.raft.ReplicaId;

/**
 * On the leader: leadership was confirmed by a round sent after this read arrived, and {@code index} is the commit index the
 * read must see at least. The driver decides what the read has to wait for and answers through
 * {@link io.cairn.raft.Raft#answerRead}.
 *
 * @param read the asker's id of the read
 * @param origin the replica that asked; this replica itself for local reads
 * @param context what the asker's driver gave with the read
 */
public record ConfirmedRead(long read, ReplicaId origin, long index, long context) {}
