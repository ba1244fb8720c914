package io.cairn.server.lease;

import io.cairn.platform.Clock;
import io.cairn.platform.EventLoop;
import io.cairn.protocol.wire.LeaseRegister;
import io.cairn.protocol.wire.LeaseRegisterAnswer;
import io.cairn.protocol.wire.LeaseStep;
import io.cairn.protocol.wire.LeaseStepAnswer;
import io.cairn.protocol.wire.PeerRefused;
import io.cairn.protocol.wire.PeerRequest;
import io.cairn.protocol.wire.PeerResponse;
import io.cairn.server.command.HomeCommand.InShard;
import io.cairn.server.command.LeaseOps;
import io.cairn.server.outcome.Completion;
import io.cairn.server.outcome.Outcome;
import io.cairn.server.outcome.Refusal;
import io.cairn.server.peer.Peers;
import io.cairn.server.replica.Replica;
import io.cairn.server.replica.Replicas;
import io.cairn.server.replica.WriteRequest;
import io.cairn.server.shard.ShardDescriptor;
import io.cairn.storage.lease.Lease;
import io.cairn.storage.lease.Lease.Stage;
import io.cairn.storage.lease.LeaseIds;
import io.cairn.storage.lease.LeaseLimits;
import io.cairn.storage.mvcc.Op.Generation;
import io.cairn.storage.mvcc.WriteResult;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * The leases of a node: one {@link ReplicaLeases} for each of its replicas, and the ways between them and those of other nodes. May be
 * called from any loop; what belongs to a replica happens on that replica's.
 */
public final class LeaseRoom {
  private static final long SERVE_NANOS = TimeUnit.SECONDS.toNanos(4);

  private final Clock clock;
  /** The node's first, which is shard 0's replica's and the peers'. */
  private final EventLoop loop;
  private final EventLoop scanLoop;
  private final Replicas replicas;
  private final Peers peers;
  private final LeaseFigures figures;
  private final Map<Integer, ReplicaLeases> byShard = new ConcurrentHashMap<>();

  public LeaseRoom(Clock clock, EventLoop loop, EventLoop scanLoop, Replicas replicas, Peers peers, LeaseFigures figures) {
    this.figures = figures;
    this.clock = clock;
    this.loop = loop;
    this.scanLoop = scanLoop;
    this.replicas = replicas;
    this.peers = peers;
  }

  /** On the replica's loop. */
  ReplicaLeases of(Replica replica) {
    ReplicaLeases leases = byShard.get(replica.descriptor().id());
    if (leases == null || leases.replica() != replica) {
      leases = new ReplicaLeases(clock, replica, scanLoop, this::step, this::register, figures);
      byShard.put(replica.descriptor().id(), leases);
    }
    return leases;
  }

  LeaseFigures figures() {
    return figures;
  }

  // What replicas report; on their loops.

  public void leaderChanged(Replica replica) {
    of(replica).follow();
  }

  public void changed(Replica replica, List<Lease> leases) {
    of(replica).changed(leases);
  }

  public void installed(Replica replica) {
    of(replica).installed();
  }

  public void unknown(Replica replica, WriteRequest write, long lease) {
    ReplicaLeases leases = of(replica);
    leases.look();
    leases.registrations().need(write, lease);
  }

  /** Lets time pass for all replicas. */
  public void tick() {
    for (Replica replica : replicas.all()) {
      replica.loop().run(() -> {
        if (!replica.closed()) {
          of(replica).tick();
        }
      });
    }
  }

  /** A revoke was applied: answered when the lease is forgotten. On the loop of its home. */
  public void revoked(WriteResult.Done done, long deadline, Completion<WriteResult.Done> completion) {
    Lease revoked = done.leases().getFirst();
    ReplicaLeases home = of(replicas.get(LeaseIds.home(revoked.id())));
    home.look();
    Lease now = home.times().get(revoked.id());
    home.ends().whenForgotten(new Generation(revoked.id(), revoked.grant()), now == null || now.grant() != revoked.grant(), deadline,
        outcome -> {
          switch (outcome) {
            case Outcome.Done<Void> _ -> completion.done(done);
            case Outcome.Refused<Void>(var refusal) -> completion.refused(refusal);
            case Outcome.Unknown<Void>(var message) -> completion.unknown(message);
          }
        });
  }

  // From a shard's leader to shard 0's.

  private void register(int shard, List<Long> ids, long timeoutNanos, Consumer<List<Long>> answer) {
    Replica asking = replicas.get(shard);
    Consumer<List<Long>> back = grants -> asking.loop().execute(() -> answer.accept(grants));
    loop.run(() -> {
      Replica system = replicas.get(ShardDescriptor.SYSTEM);
      if (system != null && system.isLeader()) {
        registerHere(shard, ids, clock.nanoTime() + timeoutNanos, outcome ->
            back.accept(outcome instanceof Outcome.Done<List<Long>>(var grants) ? grants : null));
        return;
      }
      String leader = system == null ? "" : system.leaderNode();
      if (leader.isEmpty()) {
        back.accept(null);
        return;
      }
      var request = PeerRequest.newBuilder().setLeaseRegister(LeaseRegister.newBuilder().setShard(shard).addAllIds(ids)).build();
      peers.call(leader, request, timeoutNanos, new Peers.Answer() {
        @Override
        public void answered(PeerResponse response) {
          back.accept(response.hasLeaseRegister() ? response.getLeaseRegister().getGrantsList() : null);
        }

        @Override
        public void failed(String why) {
          back.accept(null);
        }
      });
    });
  }

  private void registerHere(int shard, List<Long> ids, long deadline, Completion<List<Long>> completion) {
    Replica system = replicas.get(ShardDescriptor.SYSTEM);
    if (system == null || !of(system).look()) {
      completion.refused(Refusal.notLeader(ShardDescriptor.SYSTEM, system == null ? "" : system.leaderNode()));
      return;
    }
    of(system).registers().add(ids.stream().map(id -> new InShard(id, shard)).toList(), deadline, completion);
  }

  // From shard 0's leader to a shard's.

  private void step(int shard, Stage stage, List<Generation> leases, long timeoutNanos, Consumer<Boolean> answer) {
    Replica replica = replicas.get(shard);
    if (replica == null) {
      answer.accept(false);
      return;
    }
    replica.loop().run(() -> {
      Consumer<Boolean> back = taken -> loop.execute(() -> answer.accept(taken));
      if (replica.isLeader()) {
        stepHere(replica, stage, leases, clock.nanoTime() + timeoutNanos, back);
      } else {
        String leader = replica.leaderNode();
        loop.execute(() -> stepAt(leader, shard, stage, leases, timeoutNanos, back));
      }
    });
  }

  private void stepHere(Replica replica, Stage stage, List<Generation> leases, long deadline, Consumer<Boolean> answer) {
    ShardFences fences = of(replica).fences();
    if (stage == Stage.FENCED) {
      fences.fence(leases, answer);
    } else {
      fences.delete(leases, deadline, answer);
    }
  }

  private void stepAt(String leader, int shard, Stage stage, List<Generation> leases, long timeoutNanos, Consumer<Boolean> answer) {
    if (leader.isEmpty()) {
      answer.accept(false);
      return;
    }
    LeaseStep.Builder step = LeaseStep.newBuilder().setShard(shard)
        .setStage(stage == Stage.FENCED ? LeaseStep.Stage.FENCE : LeaseStep.Stage.DELETE).addAllLeases(LeaseOps.wire(leases));
    peers.call(leader, PeerRequest.newBuilder().setLeaseStep(step).build(), timeoutNanos, new Peers.Answer() {
      @Override
      public void answered(PeerResponse response) {
        answer.accept(response.hasLeaseStep());
      }

      @Override
      public void failed(String why) {
        answer.accept(false);
      }
    });
  }

  /** Serves another node. From any loop; the answer comes on any. */
  public void serve(PeerRequest request, Consumer<PeerResponse> answer) {
    switch (request.getBodyCase()) {
      case LEASE_REGISTER -> {
        LeaseRegister register = request.getLeaseRegister();
        if (register.getIdsCount() > LeaseLimits.NAMED_MAX) {
          answer.accept(refused("a registration names at most " + LeaseLimits.NAMED_MAX + " leases"));
          return;
        }
        loop.run(() -> registerHere(register.getShard(), register.getIdsList(), clock.nanoTime() + SERVE_NANOS, outcome ->
            answer.accept(outcome instanceof Outcome.Done<List<Long>>(var grants)
                ? PeerResponse.newBuilder().setLeaseRegister(LeaseRegisterAnswer.newBuilder().addAllGrants(grants)).build()
                : refused("shard 0 is not led here, or takes no more now"))));
      }
      case LEASE_STEP -> serve(request.getLeaseStep(), answer);
      default -> answer.accept(refused("not about leases"));
    }
  }

  private void serve(LeaseStep step, Consumer<PeerResponse> answer) {
    Replica replica = replicas.get(step.getShard());
    Stage stage = switch (step.getStage()) {
      case FENCE -> Stage.FENCED;
      case DELETE -> Stage.GONE;
      case STAGE_UNSPECIFIED, UNRECOGNIZED -> null;
    };
    if (replica == null || stage == null || step.getLeasesCount() > LeaseLimits.NAMED_MAX) {
      answer.accept(refused("there is no such step, or no replica of shard " + step.getShard() + " here"));
      return;
    }
    replica.loop().run(() -> stepHere(replica, stage, LeaseOps.generations(step.getLeasesList()), clock.nanoTime() + SERVE_NANOS, taken ->
        answer.accept(taken ? PeerResponse.newBuilder().setLeaseStep(LeaseStepAnswer.getDefaultInstance()).build()
            : refused("shard " + step.getShard() + " has not come there; it may be led by another node"))));
  }

  private static PeerResponse refused(String why) {
    return PeerResponse.newBuilder().setRefused(PeerRefused.newBuilder().setMessage(why)).build();
  }
}
