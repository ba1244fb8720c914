package io.cairn.server.node;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.cairn.platform.Clock;
import io.cairn.platform.EventLoop;
import io.cairn.protocol.wire.ErrorCode;
import io.cairn.protocol.wire.HistoryForward;
import io.cairn.protocol.wire.HistoryForwardAnswer;
import io.cairn.protocol.wire.HistoryInfo;
import io.cairn.protocol.wire.HistoryRequest;
import io.cairn.protocol.wire.PeerRequest;
import io.cairn.protocol.wire.PeerResponse;
import io.cairn.protocol.wire.Response;
import io.cairn.server.apply.SystemState;
import io.cairn.server.config.HistoryConfig;
import io.cairn.server.frontend.Answers;
import io.cairn.server.frontend.HistoryService;
import io.cairn.server.history.HistoryCommand;
import io.cairn.server.history.HistoryDesk;
import io.cairn.server.history.HistoryTable;
import io.cairn.server.outcome.Outcome;
import io.cairn.server.outcome.Refusal;
import io.cairn.server.replica.Replica;
import io.cairn.server.replica.Replicas;
import io.cairn.server.shard.Keyspace;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Brings what is asked about history to the leader of shard 0, or answers it here. On the node's first loop, unless it says otherwise. */
final class HistoryRoute implements HistoryService.Route {
  private final Clock clock;
  private final EventLoop loop;
  private final Replicas replicas;
  private final SystemShard system;
  private final HistoryDesk desk;
  private final HistoryConfig config;

  HistoryRoute(Clock clock, EventLoop loop, Replicas replicas, SystemShard system, HistoryDesk desk, HistoryConfig config) {
    this.config = config;
    this.clock = clock;
    this.loop = loop;
    this.replicas = replicas;
    this.system = system;
    this.desk = desk;
  }

  /** From any loop. */
  @Override
  public void serve(HistoryRequest request, long deadline, Consumer<Response> answer) {
    loop.run(() -> {
      if (request.hasInfo()) {
        system.confirmed(deadline, replica -> told(SystemState.history(replica.store())), answer);
      } else if (desk.leads()) {
        change(request, deadline, answer);
      } else {
        forward(request, deadline, answer);
      }
    });
  }

  private Response told(HistoryTable table) {
    HistoryInfo.Builder told = HistoryInfo.newBuilder().setWanted(table.wanted())
        .setKeepAgeMillis(TimeUnit.NANOSECONDS.toMillis(config.keepAgeNanos())).setKeepEvents(config.keepEvents());
    table.off().forEach(prefix -> told.addOff(prefix.substring(1)));
    for (Replica replica : replicas.all()) {
      if (!replica.descriptor().isSystem()) {
        var shard = HistoryInfo.Shard.newBuilder().setShard(replica.descriptor().id()).setCompacted(replica.store().compacted());
        replica.store().historyRules().off().forEach(prefix -> shard.addOff(Keyspace.user(prefix)));
        told.addShards(shard);
      }
    }
    return Response.newBuilder().setHistory(told).build();
  }

  private void change(HistoryRequest request, long deadline, Consumer<Response> answer) {
    HistoryCommand command = request.hasCompact() ? new HistoryCommand.Compact(request.getCompact().getRevision())
        : new HistoryCommand.Keep(request.getKeep().getKeeps(),
            ByteString.copyFrom(Keyspace.stored(Keyspace.DEFAULT, request.getKeep().getPrefix())));
    desk.request(command, deadline, outcome -> answer.accept(switch (outcome) {
      case Outcome.Done<HistoryTable>(var table) -> told(table);
      case Outcome.Refused<HistoryTable>(var refusal) -> Answers.refused(refusal);
      case Outcome.Unknown<HistoryTable>(var message) -> Answers.unknown(message);
    }));
  }

  /** Asked for twice a change happens once, so what became of a lost one is soon heard. */
  private void forward(HistoryRequest request, long deadline, Consumer<Response> answer) {
    system.forward(millis -> PeerRequest.newBuilder()
        .setHistory(HistoryForward.newBuilder().setRequest(request.toByteString()).setRemainingMillis(millis)).build(),
        response -> response.getHistory().getResponse(), deadline, answer);
  }

  /** What another node has passed on. From any loop. */
  void serve(HistoryForward forward, Consumer<PeerResponse> answer) {
    Consumer<Response> encoded = response -> answer.accept(
        PeerResponse.newBuilder().setHistory(HistoryForwardAnswer.newBuilder().setResponse(response.toByteString())).build());
    try {
      HistoryRequest request = HistoryRequest.parseFrom(forward.getRequest());
      if (!request.hasCompact() && !request.hasKeep()) {
        throw new IllegalArgumentException("not a change of history");
      }
      long deadline = clock.nanoTime() + TimeUnit.MILLISECONDS.toNanos(Integer.toUnsignedLong(forward.getRemainingMillis()));
      loop.run(() -> change(request, deadline, encoded));
    } catch (InvalidProtocolBufferException | IllegalArgumentException e) {
      encoded.accept(Answers.refused(Refusal.of(ErrorCode.BAD_REQUEST, "the request cannot be read: " + e.getMessage())));
    }
  }
}
