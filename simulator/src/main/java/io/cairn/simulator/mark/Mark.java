package io.cairn.simulator.mark;

/** Rare things that a long run must have met. The sentence says what happened. */
public enum Mark {
  // Elections.
  LEADER_ELECTED("a shard got its first leader"),
  LEADER_CHANGED("another leader was elected"),
  LEADER_STEPPED_DOWN("a leader that no longer heard a majority stepped down"),
  LEADER_DEPOSED("a leader met a later term"),
  TWO_TAKE_THEMSELVES_FOR_LEADERS("two replicas led at one moment, in different terms"),
  PRE_VOTE_GRANTED("a pre-vote was granted"),
  PRE_VOTE_REFUSED("a pre-vote was refused"),
  VOTE_GRANTED("a vote was granted"),
  VOTE_REFUSED("a vote was refused"),
  SPLIT_VOTE("two replicas campaigned in one term"),
  // Replication.
  SEVERAL_ENTRIES_IN_AN_APPEND("an append carried several entries"),
  APPEND_REFUSED("a follower refused an append"),
  APPEND_REFUSED_WITH_FAR_HINT("a refusal let the leader skip several entries"),
  LOG_CONFLICT_CUT("a follower cut off entries that a new leader did not have"),
  UNWRITTEN_CONFLICT_CUT("entries were cut off that were still on their way to the disk"),
  COMMITTED_BEFORE_OWN_DISK("a leader committed what its own disk had not taken yet"),
  COMMITTED_WITH_EARLIER_TERM("an entry of an earlier term was committed by one of the leader's own"),
  SNAPSHOT_WANTED("a follower needed what the leader's log no longer had"),
  SNAPSHOT_INSTALLED("a snapshot was installed"),
  // Reads and leases.
  LEASE_HELD("a leader held its lease"),
  READ_CONFIRMED("a round confirmed a read"),
  READ_REFUSED_BY_RAFT("a read found no leader"),
  READ_ASKED_OF_LEADER("a follower asked for a read index"),
  READ_WAITED_FOR_APPLY("a read waited until its replica had applied enough"),
  // Data.
  SEVERAL_WRITES_IN_A_BATCH("one entry carried several writes"),
  REVISIONS_SKIPPED("revisions were burnt"),
  WINDOW_OF_REVISIONS_MOVED("the window of revisions was extended"),
  WRITE_REPEATED("a write came a second time and was answered from memory"),
  WRITE_REFUSED_AS_CLOSED("a write came after its client had closed its sequence"),
  WRITE_REFUSED_BY_THE_HORIZON("a write was older than what the shard remembers"),
  DELETE_OF_NOTHING("a delete found nothing"),
  RANGE_DELETED("one delete range removed several keys"),
  TXN_DONE("a transaction changed something"),
  TXN_CONDITION_NOT_MET("a transaction's conditions did not hold"),
  TXN_ANSWERED_AGAIN("a transaction came a second time and was answered as before"),
  // Crashes.
  REOPENED_AS_TOLD("a replica came back with what was durable"),
  REOPENED_WITH_MORE_THAN_TOLD("a replica came back with a write that nobody had been told of"),
  REOPENED_AT_A_SNAPSHOT("a replica came back at a snapshot it was about to switch to"),
  APPLIED_AGAIN_AFTER_A_CRASH("entries were applied a second time"),
  ENGINE_LOST_WHAT_WAS_NOT_FLUSHED("an engine came back without its last batches"),
  NODE_STOPPED_BY_ITSELF("a node stopped because its disk failed"),
  DIED_AT_A_CRASH_POINT("a process was killed at a named point"),
  DIED_DURING_BOOT("a process was killed before it had opened its data"),
  // Clients.
  WRITE_ACKNOWLEDGED("a write was acknowledged"),
  WRITE_UNKNOWN("a write ended as of unknown outcome"),
  WRITE_UNKNOWN_YET_DONE("a write of unknown outcome had taken effect"),
  WRITE_UNKNOWN_AND_NOT_DONE("a write of unknown outcome had not taken effect"),
  WRITE_REFUSED("a write was refused, certainly without effect"),
  CALL_OUT_OF_TIME("a call was refused at its deadline"),
  CALL_REFUSED_AS_OVERLOADED("a call was refused because too much waited"),
  READ_SHOWED_ABSENCE("a read found no such key"),
  READ_BY_A_NAMED_REPLICA("a replica chosen by name answered a read"),
  READ_AT_LEAST("a read waited for a revision"),
  READ_OF_THE_PAST("a read at a past revision was answered"),
  READ_OF_A_COMPACTED_REVISION("a read at a past revision was refused as compacted"),
  READ_WITHOUT_ASKING("a serializable read was answered"),
  STALE_READ_SHOWN_AS_SUCH("a serializable read showed an old value"),
  RANGE_OVER_SHARDS("a range over several shards was answered"),
  RANGE_REFUSED("a range was refused"),
  // Devices.
  LOG_SEGMENT_MADE("a segment of the log was made"),
  LOG_SEGMENT_REUSED("a segment of the log was used again"),
  LOG_TORN("power failed while the log was being written"),
  LOG_WRITE_FAILED("a write of the log failed"),
  LOG_SYNC_FAILED("a sync of the log failed"),
  DISK_STALLED("a disk stood still"),
  CONNECTION_RESET("a connection was reset in the middle"),
  // Faults.
  ONE_NODE_CUT_OFF("a node was cut off from all others"),
  ONE_WAY_CUT("one direction of a link was cut"),
  MAJORITY_AND_MINORITY_CUT("the nodes were cut in two"),
  PARTLY_CONNECTED("two nodes could not reach each other, both reached the rest"),
  NETWORK_SLOW("the network was slow"),
  ALL_LOST_POWER("all nodes lost their power at once"),
  ONE_LOST_POWER("a node lost its power"),
  KILLED("a process was killed"),
  POWER_LOST_AFTER_A_KILL("a process was killed, and soon after its next start the machine lost its power"),
  STALLED_SIDE_CUT_OFF("nodes whose disks stood still were cut off from the others"),
  PAUSED("a process stood still"),
  CLOCK_RAN_FAST_OR_SLOW("a clock ran at a rate of its own"),
  WALL_CLOCK_JUMPED("a wall clock jumped"),
  ENGINE_FLUSH_SLOW("flushes of an engine took long"),
  STOPPED_IN_ORDER("a node was stopped in order and started again"),
  ALL_RESTARTED_ONE_BY_ONE("all nodes were restarted, one after the other"),
  // Operators.
  LEADERSHIP_TRANSFERRED("leadership went to the node that an operator named"),
  TRANSFER_REFUSED("a node could not take leadership over"),
  MEMBER_ADDED("a new node became a learner"),
  MEMBER_PROMOTED("a learner became a voter"),
  MEMBER_REMOVED("a node was taken out of the members"),
  NODE_REPLACED("a new node took the place of another one"),
  LOST_NODE_REPLACED("a new node took the place of one whose machine was lost"),
  CHANGE_REFUSED("a change of members was refused"),
  CHANGE_TAKEN_BACK("a change of members was taken back"),
  CHANGE_CARRIED_ON("shard 0 changed its leader while members were changed"),
  CHANGE_OUTLIVED_ITS_CALL("a change of members went on when whoever had asked for it did not wait any more"),
  JOINT_MEMBERSHIP_SEEN("a shard had two majorities for a while"),
  LEADER_REMOVED("a shard's leader committed that it is no member any more"),
  MEMBERS_CHANGED_WHILE_A_NODE_WAS_DOWN("members were changed while one of those that stay was down"),
  REMOVED_NODE_STOPPED("a node stopped because it was removed"),
  REMOVED_NODE_STAYED_STOPPED("a removed node was started again and stopped"),
  LOG_ROTTED("a bit of a log turned over at rest"),
  ROT_NOTICED("a node stopped because its log had rotted"),
  ROT_SURVIVED("a node whose log had rotted was started again, and what had rotted was of no use any more"),
  ROTTEN_NODE_REPLACED("a new node took the place of one whose log had rotted"),
  READ_OF_ANOTHER_THAN_A_MEMBER("a read named a node that is no member"),
  CONVERGED("all replicas came to hold the same");

  private final String sentence;

  Mark(String sentence) {
    this.sentence = sentence;
  }

  public String sentence() {
    return sentence;
  }
}
