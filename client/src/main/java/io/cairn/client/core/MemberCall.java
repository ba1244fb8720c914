package io.cairn.client.core;

import io.cairn.client.ClusterMembers;
import io.cairn.client.RefusedException;
import io.cairn.protocol.wire.Error;
import io.cairn.protocol.wire.ErrorCode;
import io.cairn.protocol.wire.MemberRequest;
import io.cairn.protocol.wire.Request;
import io.cairn.protocol.wire.Response;

/**
 * Asks any node for the members, or for a change of them, which is answered when it has ended. Asking again is safe: the servers know a
 * change that was carried out, and join one that is under way.
 *
 * <p>Whoever drives the changes knows what has come of all that reached it. So its refusal is a promise, unless an earlier sending may not
 * have got there yet: a node that stands still can pass it on later, when the change can be.
 */
final class MemberCall extends Call<ClusterMembers> {

  private final MemberRequest request;
  /** What the newest sending came to; told once it is known what the older ones came to. */
  private RefusedException refusal;

  MemberCall(ClientCore core, Deadline deadline, Operation.Members members, Completion<ClusterMembers> completion) {
    super(core, deadline, members.bytes(), completion);
    this.request = Wire.memberRequest(members);
  }

  @Override
  boolean isWrite() {
    return request.getKind() != MemberRequest.Kind.LIST;
  }

  @Override
  Node target() {
    if (isWrite() && !mapAtHand()) {
      return null; // The node asked may be the one that goes, and the others are in the map.
    }
    return core.cluster().any(avoid());
  }

  @Override
  Request.Builder request() {
    return Request.newBuilder().setKeyspace(Wire.DEFAULT_KEYSPACE).setMember(request);
  }

  @Override
  boolean recovered(Error error) {
    if (error.getCode() != ErrorCode.MEMBERS) {
      return false;
    }
    refusal = Wire.refusal(error, null);
    settle();
    return true;
  }

  @Override
  void olderEnded() {
    if (refusal != null) {
      settle();
    }
  }

  private void settle() {
    if (hasUnanswered()) {
      awaitOlder();
    } else if (isLostFromSight()) {
      refuse(refusal);
    } else {
      end(refusal);
    }
  }

  @Override
  void answered(Response response) {
    if (!response.hasMembers()) {
      malformed("something else than its members");
      return;
    }
    if (isWrite()) {
      core.needMap(); // Nodes have come or gone.
    }
    succeed(Wire.members(response.getMembers()));
  }
}
