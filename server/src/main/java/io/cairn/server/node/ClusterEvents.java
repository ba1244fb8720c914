package io.cairn.server.node;

import io.cairn.raft.ReplicaId;
import io.cairn.server.apply.SystemState;
import io.cairn.server.guard.GuardRoom;
import io.cairn.server.history.HistoryTable;
import io.cairn.server.lease.LeaseRoom;
import io.cairn.server.lock.LockRoom;
import io.cairn.server.members.NodeTable;
import io.cairn.server.metrics.NodeMeters;
import io.cairn.server.oracle.RevisionOracle;
import io.cairn.server.oracle.Revisions;
import io.cairn.server.replica.HandoverReason;
import io.cairn.server.replica.Replica;
import io.cairn.server.replica.ReplicaPorts;
import io.cairn.server.replica.ReplicaTap;
import io.cairn.server.watch.WatchRoom;
import io.cairn.server.replica.WriteRequest;
import io.cairn.storage.guard.Subject;
import io.cairn.storage.lease.Lease;
import java.util.List;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What replicas report: logged, counted, and told to the oracle and the driver of changes when it is the system shard's. */
final class ClusterEvents implements ReplicaPorts.Observer {
  private static final Logger log = LoggerFactory.getLogger(ClusterEvents.class);

  private final NodeMeters meters;
  private final RevisionOracle oracle;
  private final Revisions revisions;
  private final MemberRoom members;
  private final HistoryRoom history;
  private final LeaseRoom leases;
  private final LockRoom locks;
  private final GuardRoom guards;
  private final ReplicaTap tap;
  private final WatchRoom watches;

  ClusterEvents(NodeMeters meters, RevisionOracle oracle, Revisions revisions, MemberRoom members,
      HistoryRoom history, LeaseRoom leases, LockRoom locks, GuardRoom guards, ReplicaTap tap, WatchRoom watches) {
    this.guards = guards;
    this.leases = leases;
    this.locks = locks;
    this.meters = meters;
    this.oracle = oracle;
    this.revisions = revisions;
    this.members = members;
    this.history = history;
    this.tap = tap;
    this.watches = watches;
  }

  @Override
  public ReplicaTap tap() {
    return tap;
  }

  @Override
  public void leaderChanged(Replica replica, ReplicaId leader) {
    int shard = replica.descriptor().id();
    leases.leaderChanged(replica);
    locks.leaderChanged(replica);
    guards.leaderChanged(replica);
    if (replica.descriptor().isSystem()) {
      if (oracle.serving()) {
        oracle.stop();
      }
      revisions.oracleMoved();
      members.follow();
      history.follow();
    }
    if (leader.equals(ReplicaId.NONE)) {
      log.debug("shard={} {} knows no leader", shard, replica.status().describe());
      return;
    }
    meters.leaderChange(shard);
    if (replica.isLeader()) {
      log.info("shard={} {} became leader", shard, replica.status().describe());
    } else {
      log.info("shard={} {} follows; leader={}", shard, replica.status().describe(), replica.leaderNode());
    }
  }

  @Override
  public void campaigned(Replica replica) {
    meters.election(replica.descriptor().id());
    log.info("shard={} {} campaigned", replica.descriptor().id(), replica.status().describe());
  }

  @Override
  public void handoverBegan(Replica replica, HandoverReason reason, String node) {
    log.info("shard={} {} hands over; to={} reason={}", replica.descriptor().id(), replica.status().describe(), node,
        reason.name().toLowerCase(Locale.ROOT));
  }

  @Override
  public void handoverEnded(Replica replica, HandoverReason reason, String node, boolean taken, long nanos) {
    meters.handover(reason, taken, nanos);
    log.info("shard={} {} has handed over; to={} taken={} millis={}", replica.descriptor().id(), replica.status().describe(), node, taken,
        nanos / 1_000_000);
  }

  @Override
  public void proposed(Replica replica, int commands, int bytes) {
    meters.proposals(1, bytes);
    meters.batch(commands);
  }

  @Override
  public void windowMoved(Replica replica, long before, long end, boolean firstOfTerm, boolean own) {
    if (own && firstOfTerm) {
      oracle.start(before, end);
      revisions.oracleMoved();
      members.lead(replica);
      history.lead(replica);
    } else if (own) {
      oracle.extended(end);
    }
  }

  @Override
  public void nodesChanged(Replica replica, NodeTable nodes) {
    members.changed(nodes);
  }

  @Override
  public void historyChanged(Replica replica, HistoryTable wanted) {
    history.changed(wanted);
  }

  @Override
  public void applied(Replica replica) {
    watches.applied(replica);
  }

  @Override
  public void leasesChanged(Replica replica, List<Lease> changed) {
    leases.changed(replica, changed);
  }

  @Override
  public void leasedGone(Replica replica, List<byte[]> keys) {
    locks.leasedGone(replica, keys);
  }

  @Override
  public void leaseUnknown(Replica replica, WriteRequest write, long lease) {
    leases.unknown(replica, write, lease);
  }

  @Override
  public void guardUnknown(Replica replica, WriteRequest write, Subject subject) {
    guards.unknown(replica, write, subject);
  }

  @Override
  public void guarded(Replica replica, WriteRequest write, List<Subject> subjects) {
    guards.fence(replica, write, subjects);
  }

  @Override
  public void fenced(Replica replica) {
    watches.fenced(replica);
  }

  @Override
  public void installed(Replica replica) {
    watches.applied(replica);
    leases.installed(replica);
    if (replica.descriptor().isSystem()) {
      members.changed(SystemState.nodes(replica.store()));
      history.changed(SystemState.history(replica.store()));
    }
  }
}
