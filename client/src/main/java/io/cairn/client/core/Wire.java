package io.cairn.client.core;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.cairn.client.ByteSeq;
import io.cairn.client.ClusterMap;
import io.cairn.client.ClusterMembers;
import io.cairn.client.Consistency;
import io.cairn.client.KeyRange;
import io.cairn.client.KeyValue;
import io.cairn.client.NodeStatus;
import io.cairn.client.RefusedCode;
import io.cairn.client.RefusedException;
import io.cairn.client.Staleness;
import io.cairn.protocol.wire.Error;
import io.cairn.protocol.wire.ErrorCode;
import io.cairn.protocol.wire.CompactRequest;
import io.cairn.protocol.wire.HistoryInfoRequest;
import io.cairn.protocol.wire.HistoryRequest;
import io.cairn.protocol.wire.KeepHistoryRequest;
import io.cairn.protocol.wire.MemberRequest;
import io.cairn.protocol.wire.MemberTable;
import io.cairn.protocol.wire.Put;
import io.cairn.protocol.wire.Request;
import io.cairn.protocol.wire.Response;
import io.cairn.protocol.wire.ShardMap;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Between what travels and what applications see: the only place where the two meet. */
final class Wire {

  static final int DEFAULT_KEYSPACE = 1;

  private Wire() {}

  static ByteString byteString(ByteSeq bytes) {
    return bytes.isEmpty() ? ByteString.EMPTY : UnsafeByteOperations.unsafeWrap(bytes.toByteArray());
  }

  static ByteSeq byteSeq(ByteString bytes) {
    return ByteSeq.of(bytes.asReadOnlyByteBuffer());
  }

  static KeyValue keyValue(io.cairn.protocol.wire.KeyValue kv) {
    return new KeyValue(
        byteSeq(kv.getKey()), byteSeq(kv.getValue()), kv.getCreateRevision(), kv.getModRevision(), kv.getVersion(), kv.getLease());
  }

  static Put put(Operation.Put put) {
    return Put.newBuilder().setKey(byteString(put.key())).setValue(byteString(put.value())).setPrevious(put.previous()).setLease(put.lease())
        .setTtlMillis(put.ttl().map(Duration::toMillis).orElse(0L)).build();
  }

  static Request.Builder request(Consistency consistency) {
    return Request.newBuilder().setAtLeast(consistency.revision()).setConsistency(switch (consistency.level()) {
      case LINEARIZABLE -> io.cairn.protocol.wire.Consistency.LINEARIZABLE;
      case SERIALIZABLE -> io.cairn.protocol.wire.Consistency.SERIALIZABLE;
      case AT_LEAST -> io.cairn.protocol.wire.Consistency.AT_LEAST;
    });
  }

  static Optional<Staleness> staleness(Response response) {
    if (!response.hasStaleness()) {
      return Optional.empty();
    }
    var staleness = response.getStaleness();
    return Optional.of(new Staleness(staleness.hasLeaderHeardMillisAgo()
        ? Optional.of(Duration.ofMillis(staleness.getLeaderHeardMillisAgo())) : Optional.empty()));
  }

  static Optional<ByteSeq> token(ByteString resume) {
    return resume.isEmpty() ? Optional.empty() : Optional.of(byteSeq(resume));
  }

  /** What a write changed, if the answer shows it. */
  static Optional<KeyValue> previous(Response response) {
    return response.getWrite().hasPrevious() ? Optional.of(keyValue(response.getWrite().getPrevious())) : Optional.empty();
  }

  /** What a delete of a range deleted, if the answer shows it. */
  static List<KeyValue> deleted(Response response) {
    return response.getWrite().getDeletedList().stream().map(Wire::keyValue).toList();
  }

  static ClusterMap clusterMap(ShardMap map) {
    List<ClusterMap.Node> nodes = new ArrayList<>();
    for (ShardMap.Node node : map.getNodesList()) {
      nodes.add(new ClusterMap.Node(node.getName(), node.getClientAddress(), node.getPeerAddress()));
    }
    List<ClusterMap.Shard> shards = new ArrayList<>();
    for (ShardMap.Shard shard : map.getShardsList()) {
      shards.add(new ClusterMap.Shard(
          shard.getId(), shard.getSystem(), shard.getSystem() ? Optional.empty() : Optional.of(rangeOf(shard)),
          shard.getNodesList(), text(shard.getLeader())));
    }
    shards.sort((a, b) -> Integer.compare(a.id(), b.id()));
    return new ClusterMap(map.getClusterId(), map.getEpoch(), nodes, shards);
  }

  private static KeyRange rangeOf(ShardMap.Shard shard) {
    return new KeyRange(byteSeq(shard.getStart()), shard.getEndOpen() ? Optional.empty() : Optional.of(byteSeq(shard.getEnd())));
  }

  static MemberRequest memberRequest(Operation.Members members) {
    return MemberRequest.newBuilder().setKind(MemberRequest.Kind.valueOf(members.kind().name())).setNode(members.node())
        .setReplaced(members.replaced()).setPeerAddress(members.peer()).setClientAddress(members.client()).build();
  }

  static HistoryRequest historyRequest(Operation.History history) {
    return history.compactTo() == 0 ? HistoryRequest.newBuilder().setInfo(HistoryInfoRequest.getDefaultInstance()).build()
        : HistoryRequest.newBuilder().setCompact(CompactRequest.newBuilder().setRevision(history.compactTo())).build();
  }

  static HistoryRequest historyRequest(Operation.KeepHistory keep) {
    return HistoryRequest.newBuilder()
        .setKeep(KeepHistoryRequest.newBuilder().setPrefix(byteString(keep.prefix())).setKeeps(keep.keeps())).build();
  }

  static ClusterMembers members(MemberTable table) {
    List<ClusterMembers.Member> members = new ArrayList<>();
    for (MemberTable.Member member : table.getMembersList()) {
      members.add(new ClusterMembers.Member(
          member.getId(), member.getName(), member.getPeerAddress(), member.getClientAddress(), standing(member.getStanding())));
    }
    return new ClusterMembers(table.getEpoch(), members, text(table.getChange()), text(table.getTakenBack()));
  }

  private static ClusterMembers.Standing standing(MemberTable.Standing standing) {
    return switch (standing) {
      case LEARNER -> ClusterMembers.Standing.LEARNER;
      case VOTER -> ClusterMembers.Standing.VOTER;
      case REMOVED -> ClusterMembers.Standing.REMOVED;
      default -> ClusterMembers.Standing.COMING;
    };
  }

  static NodeStatus nodeStatus(io.cairn.protocol.wire.NodeStatus status) {
    List<NodeStatus.Replica> replicas = new ArrayList<>();
    for (io.cairn.protocol.wire.NodeStatus.ReplicaStatus r : status.getReplicasList()) {
      replicas.add(new NodeStatus.Replica(
          r.getShard(), r.getReplica(), r.getRole().toLowerCase(Locale.ROOT), r.getTerm(), text(r.getLeader()), r.getFirst(),
          r.getLast(), r.getPersisted(), r.getCommit(), r.getApplied(), r.getRevision(), r.getClients(), r.getCompacted()));
    }
    List<NodeStatus.Limit> limits = new ArrayList<>();
    for (io.cairn.protocol.wire.NodeStatus.Limit limit : status.getLimitsList()) {
      limits.add(new NodeStatus.Limit(limit.getName(), limit.getValue()));
    }
    List<NodeStatus.Peer> peers = new ArrayList<>();
    for (io.cairn.protocol.wire.NodeStatus.PeerLink peer : status.getPeersList()) {
      peers.add(new NodeStatus.Peer(peer.getNode(), peer.getConnected()));
    }
    return new NodeStatus(
        status.getName(), status.getVersion(), status.getClusterId(), status.getProcessId(),
        Duration.ofMillis(status.getUptimeMillis()), status.getRevision(), replicas, status.getResidentBytes(),
        Duration.ofNanos(status.getCpuMicros() * 1_000), status.getLogBytes(), status.getEngineBytes(), status.getQueuedBytes(),
        status.getConnections(), limits, status.getClientAddress(), status.getPeerAddress(), status.getAdminAddress(), peers,
        new NodeStatus.Disk(status.getDiskFreeBytes(), status.getDiskFreeBytesMin(), status.getDiskLow()));
  }

  private static Optional<String> text(String maybeEmpty) {
    return maybeEmpty.isEmpty() ? Optional.empty() : Optional.of(maybeEmpty);
  }

  /** A refusal as the application sees it. */
  static RefusedException refusal(Error error, Node node) {
    String message = error.getMessage().isEmpty() ? node + " refused: " + error.getCode() : error.getMessage();
    return new RefusedException(
        codeOf(error.getCode()), message,
        error.getCode() == ErrorCode.COMPACTED ? error.getRevision() : 0,
        error.getCode() == ErrorCode.RANGE_CROSSES_SHARDS ? byteSeq(error.getBorder()) : null,
        Duration.ofMillis(Integer.toUnsignedLong(error.getRetryAfterMillis())));
  }

  private static RefusedCode codeOf(ErrorCode code) {
    return switch (code) {
      case KEY_EMPTY -> RefusedCode.KEY_EMPTY;
      case KEY_TOO_LARGE -> RefusedCode.KEY_TOO_LARGE;
      case VALUE_TOO_LARGE -> RefusedCode.VALUE_TOO_LARGE;
      case RANGE_INVERTED -> RefusedCode.RANGE_INVERTED;
      case RANGE_CROSSES_SHARDS -> RefusedCode.RANGE_CROSSES_SHARDS;
      case FUTURE_REVISION -> RefusedCode.FUTURE_REVISION;
      case COMPACTED -> RefusedCode.COMPACTED;
      case OVERLOADED, TOO_MANY_OPEN -> RefusedCode.OVERLOADED;
      case DEADLINE -> RefusedCode.DEADLINE;
      case NOT_SUPPORTED -> RefusedCode.NOT_SUPPORTED;
      case LEADER_STAYS -> RefusedCode.LEADER_STAYS;
      case WATCH_LIMIT -> RefusedCode.WATCH_LIMIT;
      case MEMBERS -> RefusedCode.MEMBERS;
      case TXN_CROSSES_SHARDS -> RefusedCode.TXN_CROSSES_SHARDS;
      case TXN_TOO_LARGE -> RefusedCode.TXN_TOO_LARGE;
      case TXN_WRITES_TWICE -> RefusedCode.TXN_WRITES_TWICE;
      case NOT_A_NUMBER -> RefusedCode.NOT_A_NUMBER;
      case NO_SPACE -> RefusedCode.NO_SPACE;
      case GUARD_PASSED -> RefusedCode.GUARD_PASSED;
      case LEASE_NOT_FOUND -> RefusedCode.LEASE_NOT_FOUND;
      case LEASE_EXISTS -> RefusedCode.LEASE_EXISTS;
      case LEASE_LIMIT, LEASE_KEYS -> RefusedCode.LEASE_LIMIT;
      case BAD_REQUEST, KEYSPACE -> RefusedCode.BAD_REQUEST;
      default -> RefusedCode.INTERNAL;
    };
  }
}
