package io.cairn.server.node;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.cairn.platform.Clock;
import io.cairn.platform.EventLoop;
import io.cairn.protocol.transport.HostPort;
import io.cairn.protocol.wire.ErrorCode;
import io.cairn.protocol.wire.JoinAnswer;
import io.cairn.protocol.wire.MemberForward;
import io.cairn.protocol.wire.MemberForwardAnswer;
import io.cairn.protocol.wire.MemberRequest;
import io.cairn.protocol.wire.MemberTable;
import io.cairn.protocol.wire.PeerRefused;
import io.cairn.protocol.wire.PeerRequest;
import io.cairn.protocol.wire.PeerResponse;
import io.cairn.protocol.wire.Response;
import io.cairn.server.apply.SystemState;
import io.cairn.server.frontend.Answers;
import io.cairn.server.frontend.MemberService;
import io.cairn.server.members.ChangeDriver;
import io.cairn.server.members.ChangeKind;
import io.cairn.server.members.EndedChange;
import io.cairn.server.members.NodeEntry;
import io.cairn.server.members.NodeTable;
import io.cairn.server.members.Standing;
import io.cairn.server.members.TableRules;
import io.cairn.server.outcome.Outcome;
import io.cairn.server.outcome.Refusal;
import io.cairn.server.peer.PeerService;
import io.cairn.server.peer.Peers;
import io.cairn.server.replica.ReadRequest;
import io.cairn.server.replica.Replica;
import io.cairn.server.replica.Replicas;
import io.cairn.server.shard.ShardDescriptor;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Brings what is asked about members to whoever can answer it: the driver where shard 0 is led, the leader of the shard that is to
 * take a step. On the node's first loop, unless it says otherwise.
 */
final class MemberRoute implements MemberService.Route, PeerService.MemberDesk {
  private final Clock clock;
  private final EventLoop loop;
  private final Replicas replicas;
  private final Peers peers;
  private final ChangeDriver driver;
  private final ShardSteps steps;
  private final Admissions admissions;

  MemberRoute(Clock clock, EventLoop loop, Replicas replicas, Peers peers, ChangeDriver driver, ShardSteps steps, Admissions admissions) {
    this.clock = clock;
    this.loop = loop;
    this.replicas = replicas;
    this.peers = peers;
    this.driver = driver;
    this.steps = steps;
    this.admissions = admissions;
  }

  /** From any loop. */
  @Override
  public void serve(MemberRequest request, long deadline, Consumer<Response> answer) {
    loop.run(() -> {
      if (request.getKind() == MemberRequest.Kind.LIST) {
        list(deadline, answer);
      } else if (driver.leads()) {
        drive(request, deadline, answer);
      } else {
        forward(request, deadline, answer);
      }
    });
  }

  /** As of a moment after the question came, from any node that hears the leader of shard 0. */
  private void list(long deadline, Consumer<Response> answer) {
    Replica system = replicas.get(ShardDescriptor.SYSTEM);
    if (system == null) {
      answer.accept(Answers.refused(notStarted()));
      return;
    }
    system.read(new ReadRequest(0, deadline, outcome -> answer.accept(switch (outcome) {
      case Outcome.Done<Long> _ -> told(SystemState.nodes(system.store()));
      case Outcome.Refused<Long>(var refusal) -> Answers.refused(refusal);
      case Outcome.Unknown<Long>(var message) -> Answers.refused(Refusal.of(ErrorCode.NO_QUORUM, message));
    })));
  }

  private static Refusal notStarted() {
    return Refusal.retry(ErrorCode.NO_QUORUM, "this node has not joined the others yet", 100);
  }

  private void drive(MemberRequest request, long deadline, Consumer<Response> answer) {
    driver.request(decoded(request), deadline, outcome -> answer.accept(switch (outcome) {
      case Outcome.Done<NodeTable>(var table) -> told(table);
      case Outcome.Refused<NodeTable>(var refusal) -> Answers.refused(refusal);
      case Outcome.Unknown<NodeTable>(var message) -> Answers.unknown(message);
    }));
  }

  private static io.cairn.server.members.MemberRequest decoded(MemberRequest request) {
    ChangeKind kind = switch (request.getKind()) {
      case ADD -> ChangeKind.ADD;
      case PROMOTE -> ChangeKind.PROMOTE;
      case REMOVE -> ChangeKind.REMOVE;
      case REPLACE -> ChangeKind.REPLACE;
      case LIST, UNRECOGNIZED -> throw new IllegalArgumentException("not a change: " + request.getKind());
    };
    boolean comes = kind == ChangeKind.ADD || kind == ChangeKind.REPLACE;
    return new io.cairn.server.members.MemberRequest(Optional.of(kind), request.getNode(),
        kind == ChangeKind.REPLACE ? request.getReplaced() : "",
        comes ? HostPort.parse(request.getPeerAddress()) : null, comes ? HostPort.parse(request.getClientAddress()) : null);
  }

  private static Response told(NodeTable table) {
    MemberTable.Builder told = MemberTable.newBuilder().setEpoch(table.epoch())
        .setChange(table.change().map(change -> TableRules.describe(table, change)).orElse(""))
        .setTakenBack(table.last().map(EndedChange::takenBack).orElse(""));
    for (NodeEntry node : table.nodes().values()) {
      told.addMembers(MemberTable.Member.newBuilder().setId(node.id()).setName(node.name()).setPeerAddress(node.peer().toString())
          .setClientAddress(node.client().toString()).setStanding(standing(node.standing())));
    }
    return Response.newBuilder().setMembers(told).build();
  }

  private static MemberTable.Standing standing(Standing standing) {
    return switch (standing) {
      case COMING -> MemberTable.Standing.COMING;
      case LEARNER -> MemberTable.Standing.LEARNER;
      case VOTER -> MemberTable.Standing.VOTER;
      case REMOVED -> MemberTable.Standing.REMOVED;
    };
  }

  /** One hop: whoever is asked drives, or refuses. What it does when its answer is lost is not known; asked again it does it once. */
  private void forward(MemberRequest request, long deadline, Consumer<Response> answer) {
    Replica system = replicas.get(ShardDescriptor.SYSTEM);
    String leader = system == null ? "" : system.leaderNode();
    if (leader.isEmpty() || system.isLeader()) {
      answer.accept(Answers.refused(system == null ? notStarted() : Refusal.notLeader(ShardDescriptor.SYSTEM, "")));
      return;
    }
    long left = Math.max(1, deadline - clock.nanoTime());
    var forward = MemberForward.newBuilder().setRequest(request.toByteString())
        .setRemainingMillis((int) Math.max(1, TimeUnit.NANOSECONDS.toMillis(left)));
    peers.call(leader, PeerRequest.newBuilder().setMember(forward).build(), left, new Peers.Answer() {
      @Override
      public void answered(PeerResponse response) {
        try {
          answer.accept(Response.parseFrom(response.getMember().getResponse()));
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

  /** From any loop. */
  @Override
  public void serve(PeerRequest request, Consumer<PeerResponse> answer) {
    loop.run(() -> {
      switch (request.getBodyCase()) {
        case MEMBER_STEP -> steps.serve(request.getMemberStep(), said -> answer.accept(PeerResponse.newBuilder().setMemberStep(said).build()));
        case MEMBER -> forwarded(request.getMember(), said -> answer.accept(
            PeerResponse.newBuilder().setMember(MemberForwardAnswer.newBuilder().setResponse(said)).build()));
        case JOIN -> admissions.join(request.getJoin(), said -> answer.accept(PeerResponse.newBuilder().setJoin(said).build()));
        default -> answer.accept(PeerResponse.newBuilder().setRefused(PeerRefused.newBuilder().setMessage("not about members")).build());
      }
    });
  }

  private void forwarded(MemberForward forward, Consumer<ByteString> answer) {
    Consumer<Response> encoded = response -> answer.accept(response.toByteString());
    try {
      MemberRequest request = MemberRequest.parseFrom(forward.getRequest());
      long deadline = clock.nanoTime() + TimeUnit.MILLISECONDS.toNanos(Integer.toUnsignedLong(forward.getRemainingMillis()));
      drive(request, deadline, encoded);
    } catch (InvalidProtocolBufferException | IllegalArgumentException e) {
      encoded.accept(Answers.refused(Refusal.of(ErrorCode.BAD_REQUEST, "the request cannot be read: " + e.getMessage())));
    }
  }

  /** What a node that is to join is told when it may not, or not yet. */
  static JoinAnswer refusedJoin(String why) {
    return JoinAnswer.newBuilder().setRefused(why).build();
  }
}
