package io.cairn.client.core;

import io.cairn.client.LeaderTransfer;
import io.cairn.client.RefusedCode;
import io.cairn.client.RefusedException;
import io.cairn.protocol.wire.Request;
import io.cairn.protocol.wire.Response;
import io.cairn.protocol.wire.TransferRequest;

/** Asks the leader of a shard to hand over. Asked again it finds that done: what may have happened is not in doubt for long. */
final class TransferCall extends Call<LeaderTransfer> {

  private final Operation.Transfer transfer;
  private ShardRoute route;

  TransferCall(ClientCore core, Deadline deadline, Operation.Transfer transfer, Completion<LeaderTransfer> completion) {
    super(core, deadline, transfer.bytes(), completion);
    this.transfer = transfer;
  }

  @Override
  ShardRoute route() {
    return route;
  }

  @Override
  Node target() {
    if (!mapAtHand()) {
      return null;
    }
    if (core.cluster().named(transfer.node()) == null) {
      refuse(new RefusedException(RefusedCode.NO_SUCH_NODE,
          "There is no node '" + transfer.node() + "'; there are " + String.join(", ", core.cluster().names())));
      return null;
    }
    if (route == null) {
      route = core.cluster().toLeaderOf(transfer.shard());
    }
    return core.cluster().forWrite(route, avoid());
  }

  @Override
  Request.Builder request() {
    return Request.newBuilder().setShard(transfer.shard()).setKeyspace(Wire.DEFAULT_KEYSPACE)
        .setTransfer(TransferRequest.newBuilder().setShard(transfer.shard()).setNode(transfer.node()));
  }

  @Override
  void answered(Response response) {
    if (response.hasTransfer()) {
      succeed(new LeaderTransfer(transfer.shard(), response.getTransfer().getFrom(), response.getTransfer().getTo()));
    } else {
      malformed("something else than a transfer's answer");
    }
  }
}
