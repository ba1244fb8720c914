package io.cairn.client.core;

import io.cairn.client.NodeStatus;
import io.cairn.client.RefusedCode;
import io.cairn.client.RefusedException;
import io.cairn.protocol.wire.Request;
import io.cairn.protocol.wire.Response;
import io.cairn.protocol.wire.StatusRequest;

/** Asks one node how it is. That it cannot be reached is an answer too: the call does not wait for it to come back. */
final class StatusCall extends Call<NodeStatus> {

  private final String name;

  StatusCall(ClientCore core, Deadline deadline, Operation.Status status, Completion<NodeStatus> completion) {
    super(core, deadline, status.bytes(), completion);
    this.name = status.node();
  }

  @Override
  boolean endsWithConnection() {
    return true;
  }

  @Override
  Node target() {
    if (!mapAtHand()) {
      return null;
    }
    Node node = pinned(name);
    Node named = core.cluster().named(name);
    if (node == null && named != null && !named.lastFailure.isEmpty()) {
      refuse(new RefusedException(RefusedCode.UNAVAILABLE, named + " cannot be reached: " + named.lastFailure));
    }
    return node;
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
