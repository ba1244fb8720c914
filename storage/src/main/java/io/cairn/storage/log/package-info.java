/**
 * The shared Raft log: one row of segments for all replicas of a node, one fdatasync for all that waited.
 *
 * <pre>
 *   replica loops ──LogWrite──▶ log's loop: {@link io.cairn.storage.log.SharedLog#append}
 *        ▲                        │ BatchWriter lays the records out in sectors (SectorBuffer)
 *        │ StableLog              │ one write, one fdatasync, into the active Segment
 *        │ (pictures)             ▼
 *     ReplicaLog ◀──publish── index: where each entry lies, the newest in memory (EntryCache)
 *
 *   clean(floors): the oldest segments whose entries are all durably applied ──▶ SegmentPool ──▶ used again, under a new number
 *                  where slow replicas keep too much, Rewriting copies what they need to the end first (KeptSegments)
 *   open: LogRecovery reads files and finds the end, LogReplay makes every replica's state of what it read
 *   of a stopped node: LogInspection tells everything that is wrong (SegmentWalk, ReplayCheck) or prints all (LogDump), and writes nothing
 * </pre>
 *
 * <p><b>What lies on disk</b> is drawn byte by byte in {@code OnDiskFormat}. A segment is a file of fixed size in {@code log/}, named
 * by its number; the number is its lap: a file that is used again gets a new one. Each 512-byte sector bears lap, batch and checksum,
 * and within a lap is written once. So a sector read back is this lap's, old, or bad, and the end of the log is found without
 * guessing: a batch that lacks sectors, all of them old, with nothing later behind it, was torn in the crash, was never acknowledged, and
 * is cut; everything else that is not whole is corruption, and is told with file and offset. After opening, the log goes on in a new
 * segment, whose header says where the one before ended. Hence a start uses up a segment: the node cleans soon after it.
 *
 * <p><b>What is synced when.</b> A segment waits ready: filled, synced, its name synced. Beginning it writes and syncs its header; a
 * batch is written after the one before is synced; a released segment's old name is gone from the folder, synced, before the next is
 * released. At opening the last batch is written and synced once more, since it may stand in the machine's memory alone. The first
 * write or sync that fails is the last: the node stops.
 *
 * <p><b>Order.</b> Every record has a write number, and replay goes by that number, not by place, so that clean-up may write a slow
 * shard's entries again further on: they keep their number, which tells them from others ({@code RewrittenEntries}). Term and vote stand twice in a batch that changes them, and headers
 * twice in a segment, in different 4 KiB blocks.
 *
 * <p><b>Damage.</b> {@code LogRecovery} takes nothing that is not whole. Where it stumbles and the node has handed in a {@code LogRepair},
 * {@code LogSalvage} takes over: {@code SegmentSalvage} reads every batch that is whole, {@code LostBatches} the terms and votes of those that
 * are not, {@code SalvageReplay} works out what each replica holds for certain; one new segment takes the place of all others, and is opened as any.
 *
 * <p><b>Threads.</b> {@code append}, {@code destroy} and {@code clean} belong to the log's loop, with all state behind them. Views are
 * read from any loop: the log's loop publishes for each replica an immutable picture by one volatile store after the sync, and
 * a reader takes the picture once per call, without a lock. Slots behind a picture's end may fill up; slots within it never change
 * (an overwrite copies the chunk). Dropped entries stay readable for one round of cleaning. New segments are filled by the executor given
 * at opening, and handed over by one atomic reference.
 *
 * <p>Start with {@code SharedLog.append}, then {@code LogRecovery.wholeBatch}. Where the path goes next: {@code io.cairn.storage.engine}.
 */
package io.cairn.storage.log;
