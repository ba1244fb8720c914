package io.cairn.client.core;

import io.cairn.protocol.wire.Request;
import io.cairn.protocol.wire.Response;
import java.util.function.Function;

/** Asks the leader of the home of leases about them, or to renew them. Asked again it does no harm: a lease is renewed, or is what it is. */
final class LeaseCall<T> extends Call<T> {

  /** Says which home; 0 is the system shard's. */
  private final long lease;
  private final Request.Builder request;
  private final Function<Response, T> result;

  /**
   * @param lease one of those that it is about, which have one home; 0 for all that were granted
   * @param result null for an answer that does not belong to the request
   */
  LeaseCall(ClientCore core, Deadline deadline, long bytes, long lease, Request.Builder request, Function<Response, T> result,
      Completion<T> completion) {
    super(core, deadline, bytes, completion);
    this.lease = lease;
    this.request = request;
    this.result = result;
  }

  @Override
  ShardRoute route() {
    return LeaseHome.route(core.cluster(), lease);
  }

  @Override
  Node target() {
    return mapAtHand() ? core.cluster().forWrite(route(), avoid()) : null;
  }

  @Override
  Request.Builder request() {
    return request.setKeyspace(Wire.DEFAULT_KEYSPACE);
  }

  @Override
  void answered(Response response) {
    T answer = result.apply(response);
    if (answer == null) {
      malformed("something else than what was asked about leases");
    } else {
      succeed(answer);
    }
  }
}
