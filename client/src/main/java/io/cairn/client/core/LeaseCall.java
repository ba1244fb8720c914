package io.cairn.client.core;

import io.cairn.protocol.wire.Request;
import io.cairn.protocol.wire.Response;
import java.util.function.Function;

/** Asks the leader of shard 0 about leases, or to renew them. Asked again it does no harm: a lease is renewed, or is what it is. */
final class LeaseCall<T> extends Call<T> {

  private final Request.Builder request;
  private final Function<Response, T> result;

  /** @param result null for an answer that does not belong to the request */
  LeaseCall(ClientCore core, Deadline deadline, long bytes, Request.Builder request, Function<Response, T> result, Completion<T> completion) {
    super(core, deadline, bytes, completion);
    this.request = request;
    this.result = result;
  }

  @Override
  ShardRoute route() {
    return core.cluster().system();
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
