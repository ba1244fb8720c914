package io.cairn.server.guard;

import io.cairn.platform.Clock;
import io.cairn.platform.EventLoop;
import io.cairn.protocol.wire.GuardFence;
import io.cairn.protocol.wire.GuardFenceAnswer;
import io.cairn.protocol.wire.GuardRegister;
import io.cairn.protocol.wire.GuardRegisterAnswer;
import io.cairn.protocol.wire.PeerRefused;
import io.cairn.protocol.wire.PeerRequest;
import io.cairn.protocol.wire.PeerResponse;
import io.cairn.server.apply.EntryEffect;
import io.cairn.server.command.EntryPayload;
import io.cairn.server.command.GuardCodec;
import io.cairn.server.command.ShardCommand.ChangeGuards;
import io.cairn.server.outcome.Outcome;
import io.cairn.server.peer.Peers;
import io.cairn.server.replica.Replica;
import io.cairn.server.replica.Replicas;
import io.cairn.server.replica.WriteRequest;
import io.cairn.server.shard.ShardMap;
import io.cairn.storage.guard.Subject;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The guards of a node: one {@link ReplicaGuards} for each of its replicas, and the ways between them and those of other nodes. May be called from
 * any loop; what belongs to a replica happens on that replica's.
 */
public final class GuardRoom {
  private final Clock clock;
  /** The node's first, which is the peers'. */
  private final EventLoop loop;
  private final EventLoop scanLoop;
  private final Replicas replicas;
  private final Peers peers;
  private final Supplier<ShardMap> map;
  private final Map<Integer, ReplicaGuards> byShard = new ConcurrentHashMap<>();

  public GuardRoom(Clock clock, EventLoop loop, EventLoop scanLoop, Replicas replicas, Peers peers, Supplier<ShardMap> map) {
    this.clock = clock;
    this.loop = loop;
    this.scanLoop = scanLoop;
    this.replicas = replicas;
    this.peers = peers;
    this.map = map;
  }

  private ReplicaGuards of(Replica replica) {
    ReplicaGuards guards = byShard.get(replica.descriptor().id());
    if (guards == null || guards.replica() != replica) {
      guards = new ReplicaGuards(clock, replica, scanLoop, key -> map.get().locate(key).id(),
          (home, shard, subject, timeoutNanos, answer) -> register(replica, home, subject, timeoutNanos, answer),
          (shard, subject, timeoutNanos, answer) -> fence(replica, shard, subject, timeoutNanos, answer));
      byShard.put(replica.descriptor().id(), guards);
    }
    return guards;
  }

  // What replicas report; on their loops.

  public void leaderChanged(Replica replica) {
    of(replica).follow();
  }

  public void unknown(Replica replica, WriteRequest write, Subject subject) {
    ReplicaGuards guards = of(replica);
    guards.look();
    guards.registrations().need(write, subject);
  }

  public void fence(Replica replica, WriteRequest write, List<Subject> subjects) {
    ReplicaGuards guards = of(replica);
    guards.look();
    guards.ends().need(write, subjects);
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

  // From a shard's leader to that of another.

  private void register(Replica asking, int home, Subject subject, long timeoutNanos, Consumer<Boolean> answer) {
    Consumer<Boolean> back = stands -> asking.loop().execute(() -> answer.accept(stands));
    var request = PeerRequest.newBuilder().setGuardRegister(
        GuardRegister.newBuilder().setShard(asking.descriptor().id()).setHome(home).setSubject(GuardCodec.wire(subject))).build();
    ask(home, request, timeoutNanos, response -> response.hasGuardRegister() ? response.getGuardRegister().getStands() : null, back);
  }

  private void fence(Replica asking, int shard, Subject subject, long timeoutNanos, Consumer<Boolean> answer) {
    Consumer<Boolean> back = taken -> asking.loop().execute(() -> answer.accept(taken != null && taken));
    var request = PeerRequest.newBuilder().setGuardFence(GuardFence.newBuilder().setShard(shard).setSubject(GuardCodec.wire(subject))).build();
    ask(shard, request, timeoutNanos, response -> response.hasGuardFence() ? true : null, back);
  }

  /** Null is told when nobody could tell. */
  private void ask(int shard, PeerRequest request, long timeoutNanos, Function<PeerResponse, Boolean> read, Consumer<Boolean> back) {
    Replica replica = replicas.get(shard);
    if (replica == null) {
      back.accept(null);
      return;
    }
    replica.loop().run(() -> {
      if (replica.isLeader()) {
        serve(request, response -> back.accept(read.apply(response)));
        return;
      }
      String leader = replica.leaderNode();
      if (leader.isEmpty()) {
        back.accept(null);
        return;
      }
      loop.execute(() -> peers.call(leader, request, timeoutNanos, new Peers.Answer() {
        @Override
        public void answered(PeerResponse response) {
          back.accept(read.apply(response));
        }

        @Override
        public void failed(String why) {
          back.accept(null);
        }
      }));
    });
  }

  /** Serves another shard's leader, here or on another node. From any loop; the answer comes on any. */
  public void serve(PeerRequest request, Consumer<PeerResponse> answer) {
    int shard = request.hasGuardFence() ? request.getGuardFence().getShard() : request.getGuardRegister().getHome();
    Replica replica = replicas.get(shard);
    if (replica == null) {
      answer.accept(refused("there is no replica of shard " + shard + " here"));
      return;
    }
    replica.loop().run(() -> {
      of(replica).look();
      if (request.hasGuardFence()) {
        of(replica).fences().fence(GuardCodec.subject(request.getGuardFence().getSubject()), done -> answer.accept(done
            ? PeerResponse.newBuilder().setGuardFence(GuardFenceAnswer.getDefaultInstance()).build()
            : refused("shard " + shard + " has not fenced it; it may be led by another node")));
      } else {
        register(replica, request.getGuardRegister(), answer);
      }
    });
  }

  private static void register(Replica home, GuardRegister register, Consumer<PeerResponse> answer) {
    var change = new ChangeGuards(ChangeGuards.Kind.REGISTER, GuardCodec.subject(register.getSubject()), register.getShard());
    home.submit(EntryPayload.upkeep(change), outcome -> answer.accept(outcome instanceof Outcome.Done<EntryEffect>(EntryEffect.GuardChanged(var stands))
        ? PeerResponse.newBuilder().setGuardRegister(GuardRegisterAnswer.newBuilder().setStands(stands)).build()
        : refused("shard " + register.getHome() + " is not led here, or takes no more now")));
  }

  private static PeerResponse refused(String why) {
    return PeerResponse.newBuilder().setRefused(PeerRefused.newBuilder().setMessage(why)).build();
  }
}
