/**
 * Raft for one replica of one shard, as a pure state machine: inputs go in, a {@link io.cairn.raft.Ready} says what they ask
 * for. Nothing here owns a thread, reads a clock, does I/O or draws a random number; the JDK is all that is imported. So a
 * whole cluster runs in one thread from one seed, and a script can stop the world between any two messages.
 *
 * <h2>How a driver uses it</h2>
 *
 * <pre>
 *   inputs                                    one Ready                             and back
 *   ───────────────────────────────────────   ───────────────────────────────────   ──────────────────────
 *   tick(now), receive(message, now)          1. send messages
 *   propose(kind, payload)                    2. write hardState + entries          persisted(ticket)
 *   readIndex(read, context, now)             3. then send messagesAfterPersist
 *                                             4. apply committed                    applied(index)
 *                                             5. answer confirmedReads              answerRead(...)
 *                                             6. send snapshotsWanted               snapshotSent(...)
 *                                             7. install the snapshot               snapshotInstalled(...)
 * </pre>
 *
 * A replica has one owner thread, the driver's; no method may be called from another. Several Readies may be on their way to the
 * disk at once; they are written in the order they were taken. {@code now} is monotonic and is read after the message or tick
 * that it goes with has arrived, never before: the lease of leaders stands on it.
 *
 * <h2>What lies where</h2>
 *
 * <pre>
 *   Raft ── checks the term, asks the Role ──▶ Follower · PreCandidate · Candidate · Leader
 *    │                                                                               │
 *    ├─ ReplicaState   term, vote, timers: what roles share                          ├─ Replication + progress/  who gets what
 *    ├─ log/           the entries and the cursors over them                         ├─ Commitment + quorum/     what is committed
 *    ├─ membership/    who takes part                                                ├─ read/                    reads and the lease
 *    │                                                                               └─ LeadershipTransfer       handing over
 *    └─ Outbox         what may leave now, and what only after the disk
 * </pre>
 *
 * <p>Reading order: {@link io.cairn.raft.message.RaftMessage} (the protocol on one page), {@link io.cairn.raft.Ready}, {@code Role},
 * {@code Follower}, {@code Leader}, {@code Replication}, {@code Outbox}, {@link io.cairn.raft.log.RaftLog}, {@link
 * io.cairn.raft.RaftInvariants}; then the scripts in {@code src/test/resources/scripts}, figure-8.txt first. Sections without a
 * name are those of the extended Raft paper (Ongaro and Ousterhout 2014); "dissertation" is Ongaro's of 2014.
 *
 * <h2>What may go wrong</h2>
 *
 * <p>{@link io.cairn.raft.InvariantBroken} and whatever a {@link io.cairn.raft.log.StableLog} throws are the end of the node:
 * the replica's state is not to be used after it. {@link java.lang.IllegalArgumentException} is a caller's or a peer's
 * mistake and is thrown before anything is appended.
 */
package io.cairn.raft;
