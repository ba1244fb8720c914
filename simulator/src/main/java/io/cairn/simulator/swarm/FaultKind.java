package io.cairn.simulator.swarm;

import io.cairn.simulator.mark.Mark;

/** What can happen to a cluster. A fault lasts for its duration and is then undone. */
public enum FaultKind {
  /** No byte passes between the node and any other machine. */
  ISOLATE(FaultClass.NETWORK, Mark.ONE_NODE_CUT_OFF),
  /** What the node sends to the other one does not arrive. */
  CUT_ONE_WAY(FaultClass.NETWORK, Mark.ONE_WAY_CUT),
  /** What the node sends to all other nodes does not arrive; clients hear it. */
  MUTE(FaultClass.NETWORK, Mark.ONE_WAY_CUT),
  /** The nodes are cut in two halves; amount has a bit for each node on the first side. */
  HALVE(FaultClass.NETWORK, Mark.MAJORITY_AND_MINORITY_CUT),
  /** The two nodes cannot reach each other; both reach the rest. */
  BRIDGE(FaultClass.NETWORK, Mark.PARTLY_CONNECTED),
  /** Connections are reset: amount is the chance of each piece, in millionths. */
  RESETS(FaultClass.NETWORK, Mark.CONNECTION_RESET),
  /** Everything takes amount nanoseconds longer, and as much again by chance. */
  SLOW_NETWORK(FaultClass.NETWORK, Mark.NETWORK_SLOW),
  /** No sync of the node's disk ends. */
  DISK_STALL(FaultClass.DISK, Mark.DISK_STALLED),
  /** As {@link #HALVE}, and no sync ends on the first side, until a second after the halves have met again. */
  HALVE_STALLED(FaultClass.DISK, Mark.STALLED_SIDE_CUT_OFF),
  /** The amount-th write to the log from now on fails, in part perhaps. */
  LOG_WRITE_FAILS(FaultClass.DISK, Mark.LOG_WRITE_FAILED),
  /** The amount-th sync of the log from now on fails, and drops what it covered. */
  LOG_SYNC_FAILS(FaultClass.DISK, Mark.LOG_SYNC_FAILED),
  /** Flushes of the engine take amount nanoseconds. */
  SLOW_FLUSH(FaultClass.DISK, Mark.ENGINE_FLUSH_SLOW),
  /** The node loses its power; what it had not synced is lost, kept or torn. */
  POWER_LOSS(FaultClass.PROCESS, Mark.ONE_LOST_POWER),
  /** All nodes do, at once. */
  POWER_LOSS_OF_ALL(FaultClass.PROCESS, Mark.ALL_LOST_POWER),
  KILL(FaultClass.PROCESS, Mark.KILLED),
  /** The node's process is killed and started again at once; after the duration its machine loses its power, as {@link #POWER_LOSS} does. */
  KILL_THEN_POWER_LOSS(FaultClass.PROCESS, Mark.KILLED),
  PAUSE(FaultClass.PROCESS, Mark.PAUSED),
  /** The node loses its power at the crash point with number amount, when it comes by there. */
  CRASH_AT(FaultClass.PROCESS, null),
  /** The same, when it leads there. */
  CRASH_LEADING_AT(FaultClass.PROCESS, null),
  /** The same, when it does not. */
  CRASH_FOLLOWING_AT(FaultClass.PROCESS, null),
  /** The node's clocks gain amount millionths. Not undone before the end. */
  CLOCK_RATE(FaultClass.CLOCK, Mark.CLOCK_RAN_FAST_OR_SLOW),
  /** The node's wall clock jumps by amount milliseconds. Not undone before the end. */
  WALL_CLOCK(FaultClass.CLOCK, Mark.WALL_CLOCK_JUMPED),
  /** The node is stopped in order, and started again. */
  STOP(FaultClass.OPERATOR, Mark.STOPPED_IN_ORDER),
  /** All nodes are stopped and started, one after the other. */
  ROLLING_RESTART(FaultClass.OPERATOR, Mark.ALL_RESTARTED_ONE_BY_ONE),
  /** The node is asked to lead the shard with number amount; the duration is the call's deadline, and of the four below each try's. */
  TRANSFER(FaultClass.LEADERSHIP, null),
  /** The node is new and comes as a learner; its machine is started amount milliseconds later. */
  ADD_MEMBER(FaultClass.MEMBERS, null),
  PROMOTE_MEMBER(FaultClass.MEMBERS, null),
  /** Asked of a node that is just coming it calls that off. */
  REMOVE_MEMBER(FaultClass.MEMBERS, null),
  /** The node is new and takes the other one's place; its machine is started amount milliseconds later. */
  REPLACE_MEMBER(FaultClass.MEMBERS, null),
  /** As before, when the other one's machine and disk are lost for good. Where that could cost the quorum it is not lost first. */
  REPLACE_LOST_MEMBER(FaultClass.MEMBERS, null),
  /** A bit of a segment of the node's log that is written no more turns over; amount says which. Not undone: the node may be lost. */
  BIT_ROT(FaultClass.ROT, null);

  private final FaultClass faultClass;
  private final Mark mark;

  FaultKind(FaultClass faultClass, Mark mark) {
    this.faultClass = faultClass;
    this.mark = mark;
  }

  public FaultClass faultClass() {
    return faultClass;
  }

  boolean isAtCrashPoint() {
    return this == CRASH_AT || this == CRASH_LEADING_AT || this == CRASH_FOLLOWING_AT;
  }

  /** What is reached when it strikes; null when that shows elsewhere. */
  Mark mark() {
    return mark;
  }
}
