package io.cairn.simulator.crash;

import io.cairn.raft.log.Entry;
import io.cairn.raft.log.EntryKind;
import io.cairn.server.command.EntryPayload;
import io.cairn.server.command.ShardCommand;
import io.cairn.server.command.SystemCommand;
import java.util.List;

/** Which of the rare kinds of entries, each with three crash points of its own, are among some. */
enum RareEntries {
  MEMBERS(CrashPoint.MEMBERS_BEFORE_WRITING, CrashPoint.MEMBERS_COMMITTED_BEFORE_APPLYING, CrashPoint.MEMBERS_APPLIED_BEFORE_TELLING),
  LEASE(CrashPoint.LEASE_BEFORE_WRITING, CrashPoint.LEASE_COMMITTED_BEFORE_APPLYING, CrashPoint.LEASE_APPLIED_BEFORE_TELLING),
  COMPACTION(CrashPoint.COMPACTION_BEFORE_WRITING, CrashPoint.COMPACTION_COMMITTED_BEFORE_APPLYING,
      CrashPoint.COMPACTION_APPLIED_BEFORE_TELLING);

  final CrashPoint writing;
  final CrashPoint applying;
  final CrashPoint applied;

  RareEntries(CrashPoint writing, CrashPoint applying, CrashPoint applied) {
    this.writing = writing;
    this.applying = applying;
    this.applied = applied;
  }

  boolean among(List<Entry> entries) {
    for (Entry entry : entries) {
      if (of(entry) == this) {
        return true;
      }
    }
    return false;
  }

  private static RareEntries of(Entry entry) {
    byte[] payload = entry.payload();
    if (entry.kind() == EntryKind.MEMBERSHIP) {
      return MEMBERS;
    }
    if (entry.kind() != EntryKind.COMMAND || payload.length == 0 || EntryPayload.isCommands(payload)) {
      return null;
    }
    if (EntryPayload.isSystem(payload)) {
      return switch (EntryPayload.decodeSystem(payload)) {
        case SystemCommand.ChangeMembers _ -> MEMBERS;
        case SystemCommand.ChangeLeases _ -> LEASE;
        default -> null;
      };
    }
    return switch (EntryPayload.decodeUpkeep(payload)) {
      case ShardCommand.Compact _ -> COMPACTION;
      case ShardCommand.ChangeLeases _ -> LEASE;
      default -> null;
    };
  }
}
