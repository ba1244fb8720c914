package io.cairn.client.core;

import io.cairn.client.GetResult;
import io.cairn.protocol.wire.GetRequest;
import io.cairn.protocol.wire.Request;
import io.cairn.protocol.wire.Response;
import java.util.Optional;

/** A read of one key, from whichever replica is at hand: each serves it linearizably. */
final class GetCall extends Call<GetResult> {

  private final Operation.Get get;

  GetCall(ClientCore core, Deadline deadline, Operation.Get get, Completion<GetResult> completion) {
    super(core, deadline, get.bytes(), completion);
    this.get = get;
  }

  @Override
  ShardRoute route() {
    return core.cluster().route(get.key());
  }

  @Override
  Node target() {
    if (!mapAtHand()) {
      return null;
    }
    return get.options().node().isPresent() ? pinned(get.options().node().get()) : core.cluster().forRead(route(), avoid());
  }

  @Override
  Request.Builder request() {
    ShardRoute route = route();
    return Wire.request(get.options().consistency())
        .setShard(route.id).setShardEpoch(route.epoch).setKeyspace(Wire.DEFAULT_KEYSPACE).setThisNode(get.options().node().isPresent())
        .setGet(GetRequest.newBuilder().setKey(Wire.byteString(get.key())).setRevision(get.options().revision()));
  }

  @Override
  void answered(Response response) {
    if (!response.hasGet()) {
      malformed("something else than a get's answer");
      return;
    }
    succeed(new GetResult(
        response.getRevision(),
        response.getGet().hasFound() ? Optional.of(Wire.keyValue(response.getGet().getFound())) : Optional.empty(),
        Wire.staleness(response)));
  }
}
