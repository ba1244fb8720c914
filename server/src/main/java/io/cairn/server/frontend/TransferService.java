package io.cairn.server.frontend;

import io.cairn.protocol.wire.ErrorCode;
import io.cairn.protocol.wire.Response;
import io.cairn.protocol.wire.TransferAnswer;
import io.cairn.protocol.wire.TransferRequest;
import io.cairn.server.outcome.Outcome;
import io.cairn.server.outcome.Refusal;
import io.cairn.server.replica.Replica;
import io.cairn.server.replica.Replicas;

/** Leadership of a shard goes where somebody wants it. */
final class TransferService {
  private final Replicas replicas;

  TransferService(Replicas replicas) {
    this.replicas = replicas;
  }

  void serve(Call call, TransferRequest request) {
    Replica replica = replicas.get(request.getShard());
    if (replica == null) {
      call.refused(Refusal.of(ErrorCode.BAD_REQUEST, "this node has no replica of shard " + Integer.toUnsignedString(request.getShard())));
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
