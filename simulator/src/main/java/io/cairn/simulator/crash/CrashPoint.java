package io.cairn.simulator.crash;

import static io.cairn.simulator.crash.CrashRole.CAMPAIGNING;
import static io.cairn.simulator.crash.CrashRole.FOLLOWING;
import static io.cairn.simulator.crash.CrashRole.LEADING;
import static io.cairn.simulator.crash.CrashRole.STARTING;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** Places on the paths of writes at which a node may lose its power. What is named is about to happen, and then does not. */
public enum CrashPoint {
  // A write, from proposal to answer.
  LEADER_BEFORE_SENDING_AND_WRITING(LEADING),
  LOG_BEFORE_WRITE(LEADING, FOLLOWING),
  LOG_WRITTEN_BEFORE_SYNC(LEADING, FOLLOWING),
  LOG_SYNCED_BEFORE_TELLING(LEADING),
  COMMITTED_BEFORE_APPLYING(LEADING, FOLLOWING),
  ENGINE_BEFORE_WRITE(LEADING, FOLLOWING),
  APPLIED_BEFORE_ANSWERING(LEADING, FOLLOWING),
  TURN_ENDED(LEADING, FOLLOWING),
  // A follower's append.
  FOLLOWER_BEFORE_CUTTING_A_CONFLICT(FOLLOWING),
  FOLLOWER_BEFORE_WRITING(FOLLOWING),
  FOLLOWER_DURABLE_BEFORE_ACKNOWLEDGING(FOLLOWING),
  // Terms and votes.
  VOTE_BEFORE_WRITING(FOLLOWING),
  VOTE_DURABLE_BEFORE_SENDING(FOLLOWING),
  CANDIDATE_BEFORE_WRITING(CAMPAIGNING),
  CANDIDATE_DURABLE_BEFORE_ASKING(CAMPAIGNING),
  // A new segment of the log.
  SEGMENT_BEFORE_CREATE(LEADING, FOLLOWING),
  SEGMENT_BEFORE_FILLING(LEADING, FOLLOWING),
  SEGMENT_FILLED_BEFORE_SYNC(LEADING, FOLLOWING),
  SEGMENT_BEFORE_RENAME(LEADING, FOLLOWING),
  LOG_FOLDER_BEFORE_SYNC(LEADING, FOLLOWING),
  SEGMENT_BEFORE_HEADER(LEADING, FOLLOWING),
  SEGMENT_BEFORE_DELETE(LEADING, FOLLOWING),
  // The engine's flush, and what follows from it.
  FLUSH_BEFORE(LEADING, FOLLOWING),
  FLUSH_DONE_BEFORE_TELLING(LEADING, FOLLOWING),
  // A snapshot.
  SNAPSHOT_BEFORE_SENDING(LEADING),
  SNAPSHOT_BEFORE_INSTALLING(FOLLOWING),
  SNAPSHOT_INSTALLING_BEFORE_ENGINE_WRITE(FOLLOWING),
  SNAPSHOT_INSTALLING_BEFORE_FLUSH(FOLLOWING),
  SNAPSHOT_INSTALLING_FLUSHED(FOLLOWING),
  SNAPSHOT_INSTALLING_BEFORE_LOG_WRITE(FOLLOWING),
  SNAPSHOT_INSTALLING_BEFORE_LOG_SYNC(FOLLOWING),
  SNAPSHOT_INSTALLED(FOLLOWING),
  // Boot.
  BOOT_BEFORE_FIRST_LOOK(STARTING),
  BOOT_ENGINE_OPENED(STARTING),
  BOOT_BEFORE_FIRST_LOG_WRITE(STARTING),
  BOOT_REPLICA_OPENED(STARTING),
  // Entries of rare kinds. The places above see them, too, but among thousands of others: a crash drawn there hardly ever meets one.
  MEMBERS_BEFORE_WRITING(LEADING, FOLLOWING),
  MEMBERS_COMMITTED_BEFORE_APPLYING(LEADING, FOLLOWING),
  MEMBERS_APPLIED_BEFORE_TELLING(LEADING, FOLLOWING),
  LEASE_BEFORE_WRITING(LEADING, FOLLOWING),
  LEASE_COMMITTED_BEFORE_APPLYING(LEADING, FOLLOWING),
  LEASE_APPLIED_BEFORE_TELLING(LEADING, FOLLOWING),
  COMPACTION_BEFORE_WRITING(LEADING, FOLLOWING),
  COMPACTION_COMMITTED_BEFORE_APPLYING(LEADING, FOLLOWING),
  COMPACTION_APPLIED_BEFORE_TELLING(LEADING, FOLLOWING),
  COMPACTION_BEFORE_DROPPING_FILES(LEADING, FOLLOWING),
  // Clean-up of the log, where a slow replica keeps it from freeing the oldest segment: runs of one node's log come by there (CleaningSeeds).
  CLEAN_BEFORE_REWRITING,
  CLEAN_REWRITTEN_BEFORE_SYNC,
  CLEAN_REWRITTEN_BEFORE_FREEING;

  private static final List<CrashPoint> DRAWN = Arrays.stream(values()).filter(point -> point.compareTo(MEMBERS_BEFORE_WRITING) < 0).toList();

  private final Set<CrashRole> roles;

  CrashPoint(CrashRole... roles) {
    this.roles = EnumSet.noneOf(CrashRole.class);
    this.roles.addAll(List.of(roles));
  }

  /**
   * Those that a seed draws from, each at its ordinal: what was added since is come to by name ({@code CrashSweep}), and leaves to every
   * seed what it drew before.
   */
  public static List<CrashPoint> drawn() {
    return DRAWN;
  }

  /** In which roles a node comes by there, as far as a test insists on it. */
  public Set<CrashRole> roles() {
    return roles;
  }

  /** Whether a node comes by there only when it starts. */
  public boolean isAtBoot() {
    return name().startsWith("BOOT");
  }
}
