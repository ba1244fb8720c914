package io.cairn.client;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * How one node is, as it says of itself.
 *
 * @param revision the highest it has seen
 * @param residentBytes memory the process holds
 * @param cpu the time processors have spent on it since it started
 * @param logBytes on disk, of the Raft log
 * @param engineBytes on disk, of the state machine
 * @param queuedBytes requests taken and not yet answered
 * @param disk the room on the disk that holds its data
 * @param limits the bounds of its queues and requests, by name
 */
public record NodeStatus(
    String name,
    String version,
    String clusterId,
    long processId,
    Duration uptime,
    long revision,
    List<Replica> replicas,
    long residentBytes,
    Duration cpu,
    long logBytes,
    long engineBytes,
    long queuedBytes,
    int connections,
    List<Limit> limits,
    String clientAddress,
    String peerAddress,
    String adminAddress,
    List<Peer> peers,
    Disk disk) {

  public NodeStatus {
    replicas = List.copyOf(replicas);
    limits = List.copyOf(limits);
    peers = List.copyOf(peers);
  }

  /**
   * Its copy of one shard, in Raft's terms.
   *
   * @param role in lower case, such as {@code leader} or {@code follower}
   * @param first the index of the first entry its log still holds
   * @param persisted up to where its log is on stable storage
   * @param revision up to where it is applied
   * @param clients how many clients' writes it remembers
   * @param compacted the oldest revision that can be read here; 0 while nothing was compacted
   */
  public record Replica(
      int shard,
      long replica,
      String role,
      long term,
      Optional<String> leader,
      long first,
      long last,
      long persisted,
      long commit,
      long applied,
      long revision,
      long clients,
      long compacted) {}

  /** A bound, by name, with its unit last in the name. */
  public record Limit(String name, long value) {}

  /**
   * Room on its disk.
   *
   * @param freeBytes of the file system that holds its data directory; 0 when not known
   * @param freeBytesMin below so many what grows is refused (storage.free-space-min)
   * @param low whether that is so now
   */
  public record Disk(long freeBytes, long freeBytesMin, boolean low) {}

  /** Whether it has a connection to another node. */
  public record Peer(String node, boolean connected) {}
}
