package io.cairn.raft.progress;

/**
 * How fast leaders may send old entries to members that are far behind: what a member needs that was away must not take the disk and
 * the processors from those who write now. One for all leaders of a node; may be asked on any of their threads.
 *
 * <p>It never decides over liveness: whoever keeps up is not held back, nor anybody while a commit waits, and a member that is held
 * back is sent as many entries as the leader appends meanwhile beside what the pace allows, so it arrives whatever is written.
 */
public interface CatchUpPace {

  /** No limit. */
  CatchUpPace NONE = new CatchUpPace() {
    @Override
    public boolean admits(long now) {
      return true;
    }

    @Override
    public void sent(long bytes, long now) {}
  };

  /** Whether more may be sent now; asked again with the next tick when not. */
  boolean admits(long now);

  /** So many bytes of entries were sent. */
  void sent(long bytes, long now);
}
