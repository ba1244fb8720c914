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
  private final SystemShard system;
  private final ChangeDriver driver;
  private final ShardSteps steps;
  private final Admissions admissions;

  MemberRoute(Clock clock, EventLoop loop, SystemShard system, ChangeDriver driver, ShardSteps steps, Admissions admissions) {
    this.clock = clock;
    this.loop = loop;
    this.system = system;
    this.driver = driver;
    this.steps = steps;
    this.admissions = admissions;
  }

  /** From any loop. */
  @Override
  public void serve(MemberRequest request, long deadline, Consumer<Response> answer) {
    loop.run(() -> {
      if (request.getKind() == MemberRequest.Kind.LIST) {
        system.confirmed(deadline, replica -> told(SystemState.nodes(replica.store())), answer);
      } else if (driver.leads()) {
        drive(request, deadline, answer);
      } else {
        forward(request, deadline, answer);
      }
    });
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

  /** What a change whose answer is lost came to is not known; asked for again it is made once. */
  private void forward(MemberRequest request, long deadline, Consumer<Response> answer) {
    system.forward(millis -> PeerRequest.newBuilder()
        .setMember(MemberForward.newBuilder().setRequest(request.toByteString()).setRemainingMillis(millis)).build(),
        response -> response.getMember().getResponse(), deadline, answer);
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
