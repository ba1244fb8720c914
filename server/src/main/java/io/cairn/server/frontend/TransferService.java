package io.cairn.server.frontend;

import io.cairn.protocol.wire.Response;
import io.cairn.protocol.wire.TransferAnswer;
import io.cairn.protocol.wire.TransferRequest;
import io.cairn.server.outcome.Outcome;
import io.cairn.server.replica.Replica;
import io.cairn.server.replica.Replicas;
import io.cairn.server.shard.ShardMap;
import java.util.function.Supplier;

/** Leadership of a shard goes where somebody wants it. */
final class TransferService {
  private final Supplier<ShardMap> map;
  private final Replicas replicas;

  TransferService(Supplier<ShardMap> map, Replicas replicas) {
    this.map = map;
    this.replicas = replicas;
  }

  void serve(Call call, TransferRequest request) {
    Replica replica = replicas.get(request.getShard());
    if (replica == null) {
      call.refused(RequestChecks.noReplica(request.getShard(), map.get()));
      return;
    }
    replica.loop().run(() -> {
      String from = replica.leaderNode();
      replica.leadership().transfer(request.getNode(), call.deadline(), outcome -> {
        switch (outcome) {
          case Outcome.Done<String>(var to) -> call.done(
              Response.newBuilder().setTransfer(TransferAnswer.newBuilder().setFrom(from).setTo(to)).build());
          case Outcome.Refused<String>(var refusal) -> call.refused(refusal);
          case Outcome.Unknown<String>(var message) -> call.unknown(message);
        }
      });
    });
  }
}
