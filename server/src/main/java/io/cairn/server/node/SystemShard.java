package io.cairn.server.node;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.cairn.platform.Clock;
import io.cairn.protocol.wire.ErrorCode;
import io.cairn.protocol.wire.PeerRequest;
import io.cairn.protocol.wire.PeerResponse;
import io.cairn.protocol.wire.Response;
import io.cairn.server.frontend.Answers;
import io.cairn.server.outcome.Outcome;
import io.cairn.server.outcome.Refusal;
import io.cairn.server.peer.Peers;
import io.cairn.server.replica.ReadRequest;
import io.cairn.server.replica.Replica;
import io.cairn.server.replica.Replicas;
import io.cairn.server.shard.ShardDescriptor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.IntFunction;

/** How a node that may not lead shard 0 serves what is asked of that shard: by its own replica, or by passing it on. On the node's first loop. */
final class SystemShard {
  private final Clock clock;
  private final Replicas replicas;
  private final Peers peers;

  SystemShard(Clock clock, Replicas replicas, Peers peers) {
    this.clock = clock;
    this.replicas = replicas;
    this.peers = peers;
  }

  /** Answers from this node's replica, as of a moment after the question came: any node can that hears the leader. */
  void confirmed(long deadline, Function<Replica, Response> told, Consumer<Response> answer) {
    Replica system = replicas.get(ShardDescriptor.SYSTEM);
    if (system == null) {
      answer.accept(Answers.refused(notStarted()));
      return;
    }
    system.read(new ReadRequest(0, deadline, outcome -> answer.accept(switch (outcome) {
      case Outcome.Done<Long> _ -> told.apply(system);
      case Outcome.Refused<Long>(var refusal) -> Answers.refused(refusal);
      case Outcome.Unknown<Long>(var message) -> Answers.refused(Refusal.of(ErrorCode.NO_QUORUM, message));
    })));
  }

  private static Refusal notStarted() {
    return Refusal.retry(ErrorCode.NO_QUORUM, "this node has not joined the others yet", 100);
  }

  /**
   * One hop to the leader: whoever is asked does it, or refuses. What became of a request whose answer is lost is unknown.
   *
   * @param request made of the milliseconds that are left for it
   * @param said the client's answer within that of the other node
   */
  void forward(IntFunction<PeerRequest> request, Function<PeerResponse, ByteString> said, long deadline, Consumer<Response> answer) {
    Replica system = replicas.get(ShardDescriptor.SYSTEM);
    String leader = system == null ? "" : system.leaderNode();
    if (leader.isEmpty() || system.isLeader()) {
      answer.accept(Answers.refused(system == null ? notStarted() : Refusal.notLeader(ShardDescriptor.SYSTEM, "")));
      return;
    }
    long left = Math.max(1, deadline - clock.nanoTime());
    peers.call(leader, request.apply((int) Math.max(1, TimeUnit.NANOSECONDS.toMillis(left))), left, new Peers.Answer() {
      @Override
      public void answered(PeerResponse response) {
        try {
          answer.accept(Response.parseFrom(said.apply(response)));
        } catch (InvalidProtocolBufferException e) {
          failed("its answer could not be read: " + e.getMessage());
        }
      }

      @Override
      public void failed(String why) {
        answer.accept(Answers.unknown("node " + leader + ", which leads shard 0, gave no answer: " + why));
      }
    });
  }
}
