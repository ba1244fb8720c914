package io.cairn.server.members;

import java.util.Collections;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * The one change that is under way: the intent, and how far it has come.
 *
 * @param number changes are numbered from 1
 * @param subject the node that comes, rises or leaves
 * @param replaced the node whose place the subject takes; 0 unless {@link ChangeKind#REPLACE}
 * @param stage which of the kind's stages
 * @param back whether what was done is being taken back
 * @param reason why; empty unless {@code back}
 * @param open the shards that this stage has still to come to
 * @param done those it has come to
 */
public record MemberChange(long number, ChangeKind kind, long subject, long replaced, int stage, boolean back, String reason,
    SortedSet<Integer> open, SortedSet<Integer> done) {

  public MemberChange {
    open = Collections.unmodifiableSortedSet(new TreeSet<>(open));
    done = Collections.unmodifiableSortedSet(new TreeSet<>(done));
  }

  public Stamp stamp() {
    return new Stamp(number, stage, back);
  }

  public boolean canTakeBack() {
    return !back && kind.canTakeBack(stage);
  }

  /** Whether the stage only asks whether the next one may begin, and changes nothing. */
  public boolean isLook() {
    return kind == ChangeKind.REPLACE && stage == 1 && !back;
  }

  boolean isLastStage() {
    return back || stage == kind.stages() - 1;
  }

  private SortedSet<Integer> shards() {
    var all = new TreeSet<>(open);
    all.addAll(done);
    return all;
  }

  MemberChange stepped(int shard) {
    var left = new TreeSet<>(open);
    var came = new TreeSet<>(done);
    left.remove(shard);
    came.add(shard);
    return new MemberChange(number, kind, subject, replaced, stage, back, reason, left, came);
  }

  MemberChange nextStage() {
    return new MemberChange(number, kind, subject, replaced, stage + 1, false, "", shards(), new TreeSet<>());
  }

  MemberChange takenBack(String why) {
    return new MemberChange(number, kind, subject, replaced, stage, true, why, shards(), new TreeSet<>());
  }
}
