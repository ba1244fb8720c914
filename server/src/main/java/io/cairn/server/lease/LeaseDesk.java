package io.cairn.server.lease;

import com.google.protobuf.ByteString;
import io.cairn.platform.EventLoop;
import io.cairn.protocol.wire.ErrorCode;
import io.cairn.protocol.wire.LeaseKeepAlive;
import io.cairn.protocol.wire.LeaseKeepAliveAnswer;
import io.cairn.protocol.wire.LeaseListAnswer;
import io.cairn.protocol.wire.LeaseTimeToLive;
import io.cairn.protocol.wire.LeaseTimeToLiveAnswer;
import io.cairn.protocol.wire.Request;
import io.cairn.protocol.wire.Response;
import io.cairn.server.frontend.Answers;
import io.cairn.server.frontend.LeaseService;
import io.cairn.server.outcome.Completion;
import io.cairn.server.outcome.Outcome;
import io.cairn.server.outcome.Refusal;
import io.cairn.server.replica.ReadRequest;
import io.cairn.server.replica.Replica;
import io.cairn.server.replica.Replicas;
import io.cairn.server.shard.Keyspace;
import io.cairn.server.shard.ShardDescriptor;
import io.cairn.server.shard.ShardMap;
import io.cairn.storage.lease.Lease;
import io.cairn.storage.mvcc.WriteResult;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** What clients ask about leases that is no command, answered where the home of the leases is led. From any loop. */
public final class LeaseDesk implements LeaseService.Route {
  private static final int LIST_MAX = 10_000;
  private static final int KEYS_MAX = 10_000;
  private static final int KEY_BYTES_MAX = 1 << 20;

  private final LeaseRoom room;
  private final Replicas replicas;
  private final Supplier<ShardMap> map;
  private final EventLoop scanLoop;

  public LeaseDesk(LeaseRoom room, Replicas replicas, Supplier<ShardMap> map, EventLoop scanLoop) {
    this.room = room;
    this.replicas = replicas;
    this.map = map;
    this.scanLoop = scanLoop;
  }

  @Override
  public void revoked(WriteResult.Done done, long deadline, Completion<WriteResult.Done> completion) {
    room.revoked(done, deadline, completion);
  }

  @Override
  public void serve(int shard, Request request, long deadline, Consumer<Response> answer) {
    if (replicas.get(ShardDescriptor.SYSTEM) == null) {
      answer.accept(Answers.refused(Refusal.retry(ErrorCode.NO_QUORUM, "this node has not joined the others yet", 100)));
      return;
    }
    if (map.get().shard(shard) == null) {
      answer.accept(nowhere(request));
      return;
    }
    Replica replica = replicas.get(shard);
    if (replica == null) {
      answer.accept(Answers.refused(Refusal.notLeader(shard, "")));
      return;
    }
    replica.loop().run(() -> {
      ReplicaLeases home = room.of(replica);
      if (!home.look()) {
        answer.accept(Answers.refused(replica.notLeader()));
        return;
      }
      switch (request.getBodyCase()) {
        case LEASE_KEEP_ALIVE -> keepAlive(home, request.getLeaseKeepAlive(), deadline, answer);
        case LEASE_TIME_TO_LIVE -> confirmed(home, deadline, answer, () -> timeToLive(home, request.getLeaseTimeToLive(), deadline, answer));
        case LEASE_LIST -> confirmed(home, deadline, answer, () -> list(home, request.getLeaseList().getAfter(), answer));
        default -> throw new IllegalArgumentException("not about leases: " + request.getBodyCase());
      }
    });
  }

  /** What is said of leases that name a home that never was. */
  private static Response nowhere(Request request) {
    if (!request.hasLeaseKeepAlive()) {
      return Answers.refused(LeaseService.notFound(request.getLeaseTimeToLive().getId()));
    }
    LeaseKeepAliveAnswer.Builder told = LeaseKeepAliveAnswer.newBuilder();
    request.getLeaseKeepAlive().getIdsList().forEach(_ -> told.addTtlMillis(0));
    return Response.newBuilder().setLeaseKeepAlive(told).build();
  }

  private void keepAlive(ReplicaLeases home, LeaseKeepAlive request, long deadline, Consumer<Response> answer) {
    home.renewals().add(request.getIdsList(), deadline, outcome -> answer.accept(switch (outcome) {
      case Outcome.Done<List<Long>>(var ttls) -> {
        room.figures().renewed(ttls.stream().filter(ttl -> ttl != 0).count());
        yield Response.newBuilder().setLeaseKeepAlive(LeaseKeepAliveAnswer.newBuilder().addAllTtlMillis(ttls)).build();
      }
      case Outcome.Refused<List<Long>>(var refusal) -> Answers.refused(refusal);
      case Outcome.Unknown<List<Long>>(var message) -> Answers.unknown(message);
    }));
  }

  /** Goes on once it is sure that this replica led after the question came: nothing was granted, renewed or ended elsewhere. */
  private static void confirmed(ReplicaLeases home, long deadline, Consumer<Response> answer, Runnable work) {
    home.replica().read(new ReadRequest(0, deadline, outcome -> {
      switch (outcome) {
        case Outcome.Done<Long> _ when home.look() -> work.run();
        case Outcome.Done<Long> _ -> answer.accept(Answers.refused(home.replica().notLeader()));
        case Outcome.Refused<Long>(var refusal) -> answer.accept(Answers.refused(refusal));
        case Outcome.Unknown<Long>(var message) -> answer.accept(Answers.refused(Refusal.of(ErrorCode.NO_QUORUM, message)));
      }
    }));
  }

  private void list(ReplicaLeases home, long after, Consumer<Response> answer) {
    scanLoop.execute(() -> {
      List<Lease> leases = home.replica().show(store -> store.leaseReads().granted(after, LIST_MAX + 1));
      home.replica().loop().execute(() -> {
        LeaseListAnswer told = listed(home.times(), leases);
        if (told.getMore() && told.getLeasesCount() == 0) {
          list(home, leases.getLast().id() - 1, answer);
        } else {
          answer.accept(Response.newBuilder().setLeaseList(told).build());
        }
      });
    });
  }

  /** Those that have gone since they were read are left out. */
  private static LeaseListAnswer listed(LeaseClock times, List<Lease> leases) {
    LeaseListAnswer.Builder told = LeaseListAnswer.newBuilder().setMore(leases.size() > LIST_MAX);
    leases.stream().limit(LIST_MAX).map(lease -> times.get(lease.id())).filter(Objects::nonNull)
        .forEach(lease -> told.addLeases(LeaseListAnswer.Item.newBuilder().setId(lease.id()).setTtlMillis(lease.ttlMillis())
            .setRemainingMillis(times.remainingMillis(lease.id())).setEnding(lease.ending())));
    return told.build();
  }

  private void timeToLive(ReplicaLeases home, LeaseTimeToLive request, long deadline, Consumer<Response> answer) {
    Lease lease = home.times().get(request.getId());
    if (lease == null) {
      answer.accept(Answers.refused(LeaseService.notFound(request.getId())));
      return;
    }
    var told = LeaseTimeToLiveAnswer.newBuilder().setTtlMillis(lease.ttlMillis()).setEnding(lease.ending())
        .setRemainingMillis(home.times().remainingMillis(lease.id()));
    if (request.getKeys()) {
      int here = home.replica().descriptor().id();
      List<Integer> shards = lease.shards().numbers().stream().map(shard -> shard == Lease.HERE ? here : shard).toList();
      new Keys(lease.id(), shards.iterator(), deadline, told, answer).next();
    } else {
      answer.accept(Response.newBuilder().setLeaseTimeToLive(told).build());
    }
  }

  /** Gathers the keys under a lease, shard by shard, each as of a moment after the question came. */
  private final class Keys {
    private final long lease;
    private final Iterator<Integer> shards;
    private final long deadline;
    private final LeaseTimeToLiveAnswer.Builder told;
    private final Consumer<Response> answer;
    private final List<byte[]> keys = new ArrayList<>();
    private long bytes;

    Keys(long lease, Iterator<Integer> shards, long deadline, LeaseTimeToLiveAnswer.Builder told, Consumer<Response> answer) {
      this.lease = lease;
      this.shards = shards;
      this.deadline = deadline;
      this.told = told;
      this.answer = answer;
    }

    void next() {
      if (told.getMoreKeys() || !shards.hasNext()) {
        answer.accept(Response.newBuilder().setLeaseTimeToLive(told).build());
        return;
      }
      int shard = shards.next();
      Replica replica = replicas.get(shard);
      if (replica == null) {
        answer.accept(Answers.refused(Refusal.retry(ErrorCode.NO_QUORUM, "this node holds no replica of shard " + shard, 50)));
        return;
      }
      replica.loop().run(() -> replica.read(new ReadRequest(0, deadline, outcome -> {
        switch (outcome) {
          case Outcome.Done<Long> _ -> scanLoop.execute(() -> take(replica));
          case Outcome.Refused<Long>(var refusal) -> answer.accept(Answers.refused(refusal));
          case Outcome.Unknown<Long>(var message) -> answer.accept(Answers.refused(Refusal.of(ErrorCode.NO_QUORUM, message)));
        }
      })));
    }

    private void take(Replica replica) {
      for (byte[] key : replica.show(store -> store.leaseReads().keys(lease, KEYS_MAX + 1))) {
        if (keys.size() == KEYS_MAX || bytes >= KEY_BYTES_MAX) {
          told.setMoreKeys(true);
          break;
        }
        keys.add(key);
        bytes += key.length;
        ByteString user = Keyspace.user(key);
        told.addKeys(user);
      }
      next();
    }
  }
}
