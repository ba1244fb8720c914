package io.cairn.client.core;

import io.cairn.client.NodeStatus;
import io.cairn.protocol.wire.Request;
import io.cairn.protocol.wire.Response;
import io.cairn.protocol.wire.StatusRequest;

/** Asks one node how it is. */
final class StatusCall extends NodeCall<NodeStatus> {

  StatusCall(ClientCore core, Deadline deadline, Operation.Status status, Completion<NodeStatus> completion) {
    super(core, deadline, status.bytes(), status.node(), completion);
  }

  @Override
  Request.Builder request() {
    return Request.newBuilder()
        .setThisNode(true).setKeyspace(Wire.DEFAULT_KEYSPACE).setStatus(StatusRequest.getDefaultInstance());
  }

  @Override
  void answered(Response response) {
    if (response.hasStatus()) {
      succeed(Wire.nodeStatus(response.getStatus()));
    } else {
      malformed("something else than its status");
    }
  }
}
