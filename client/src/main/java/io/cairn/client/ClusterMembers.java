package io.cairn.client;

import java.util.List;
import java.util.Optional;

/**
 * The nodes of a cluster, as its system shard has written them down.
 *
 * @param epoch grows with every change
 * @param members in the order of their ids, those that were removed included
 * @param change what is under way, for a person
 * @param takenBack why the last change was taken back; empty when it was carried out, or there was none
 */
public record ClusterMembers(long epoch, List<Member> members, Optional<String> change, Optional<String> takenBack) {

  public ClusterMembers {
    members = List.copyOf(members);
  }

  /** The member of that name, whatever its standing. */
  public Optional<Member> member(String name) {
    return members.stream().filter(member -> member.name().equals(name)).findFirst();
  }

  /**
   * A node.
   *
   * @param id given once; also the id of its replica in every shard
   * @param name given once
   */
  public record Member(long id, String name, String peerAddress, String clientAddress, Standing standing) {}

  /** How a node takes part in every shard. New ones may come with new versions: have a default in a switch. */
  public enum Standing {
    /** A change that brings it is under way. */
    COMING,
    /** Receives everything, serves reads, decides nothing. */
    LEARNER,
    VOTER,
    /** It is gone, and its name is never given again. */
    REMOVED
  }
}
