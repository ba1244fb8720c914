package io.cairn.client.core;

import io.cairn.client.ClusterHistory;
import io.cairn.protocol.wire.HistoryInfo;
import io.cairn.protocol.wire.HistoryRequest;
import io.cairn.protocol.wire.Request;
import io.cairn.protocol.wire.Response;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Asks any node how much history is kept, or for a change of that. Asking again is safe: what was done is done. */
final class HistoryCall extends Call<ClusterHistory> {

  private final HistoryRequest request;

  HistoryCall(ClientCore core, Deadline deadline, long bytes, HistoryRequest request, Completion<ClusterHistory> completion) {
    super(core, deadline, bytes, completion);
    this.request = request;
  }

  @Override
  boolean isWrite() {
    return !request.hasInfo();
  }

  @Override
  Node target() {
    return core.cluster().any(avoid());
  }

  @Override
  Request.Builder request() {
    return Request.newBuilder().setKeyspace(Wire.DEFAULT_KEYSPACE).setHistory(request);
  }

  @Override
  void answered(Response response) {
    if (!response.hasHistory()) {
      malformed("something else than its history");
      return;
    }
    List<ClusterHistory.Shard> shards = new ArrayList<>();
    for (HistoryInfo.Shard shard : response.getHistory().getShardsList()) {
      shards.add(new ClusterHistory.Shard(shard.getShard(), shard.getCompacted(),
          shard.getOffList().stream().map(Wire::byteSeq).toList()));
    }
    succeed(new ClusterHistory(response.getHistory().getWanted(),
        Duration.ofMillis(response.getHistory().getKeepAgeMillis()), response.getHistory().getKeepEvents(),
        response.getHistory().getOffList().stream().map(Wire::byteSeq).toList(), shards));
  }
}
