package io.cairn.server.history;

/**
 * How much history the cluster keeps, as the system shard has it. Each shard follows by entries of its own log.
 *
 * @param wanted the highest compaction revision that was asked for; 0 while none was
 */
public record HistoryTable(long wanted) {
  public static final HistoryTable NONE = new HistoryTable(0);

  /** What the table is after the command: the only place that changes it, at apply. Itself when nothing changes. */
  public HistoryTable after(HistoryCommand command) {
    return switch (command) {
      case HistoryCommand.Compact(long revision) -> revision <= wanted ? this : new HistoryTable(revision);
    };
  }

  /** Whether the command would change nothing any more. */
  public boolean has(HistoryCommand command) {
    return after(command) == this;
  }
}
