package io.cairn.server.history;

import com.google.protobuf.ByteString;
import io.cairn.storage.mvcc.HistoryRules;
import java.util.ArrayList;
import java.util.List;

/**
 * How much history the cluster keeps, as the system shard has it. Each shard follows by entries of its own log.
 *
 * @param wanted the highest compaction revision that was asked for; 0 while none was
 * @param off stored prefixes of keys of which no history is kept, none of which begins with another, in the order in which that was said
 */
public record HistoryTable(long wanted, List<ByteString> off) {
  public static final HistoryTable NONE = new HistoryTable(0, List.of());

  public HistoryTable {
    off = List.copyOf(off);
  }

  /** What the table is after the command: the only place that changes it, at apply. Itself when nothing changes, or it is refused. */
  public HistoryTable after(HistoryCommand command) {
    return switch (command) {
      case HistoryCommand.Compact(long revision) -> revision <= wanted ? this : new HistoryTable(revision, off);
      case HistoryCommand.Keep(boolean keeps, ByteString prefix) when keeps -> off.contains(prefix) ? new HistoryTable(wanted,
          off.stream().filter(each -> !each.equals(prefix)).toList()) : this;
      case HistoryCommand.Keep(_, ByteString prefix) -> isOff(prefix) || off.size() >= HistoryRules.MAX ? this : withOff(prefix);
    };
  }

  private HistoryTable withOff(ByteString prefix) {
    var next = new ArrayList<>(off.stream().filter(each -> !each.startsWith(prefix)).toList());
    next.add(prefix);
    return new HistoryTable(wanted, next);
  }

  private boolean isOff(ByteString prefix) {
    return off.stream().anyMatch(prefix::startsWith);
  }

  /** Whether the command would change nothing any more. */
  public boolean has(HistoryCommand command) {
    return after(command) == this;
  }

  /** Why the command cannot be carried out, for a person; null when it can, or is already. */
  public String refusal(HistoryCommand command) {
    if (!(command instanceof HistoryCommand.Keep(boolean keeps, ByteString prefix))) {
      return null;
    }
    if (!keeps) {
      return isOff(prefix) || off.size() < HistoryRules.MAX ? null
          : "history is off for " + off.size() + " prefixes already, the most there can be; choose a wider one";
    }
    return off.contains(prefix) || !isOff(prefix) ? null
        : "history is off for a wider prefix, which this one begins with; turn it on for that one";
  }
}
