package io.cairn.client.core;

import io.cairn.client.ClusterMap;
import io.cairn.protocol.wire.Request;
import io.cairn.protocol.wire.Response;
import io.cairn.protocol.wire.ShardMapRequest;

/** Asks any node where keys live, and makes the client route by the answer. */
final class MapCall extends Call<ClusterMap> {

  private final long epochMin;

  /**
   * @param bytes what was admitted for it; 0 when the client itself wants the map
   * @param epochMin older maps are not taken for an answer: a node has shown that there is this one
   */
  MapCall(ClientCore core, Deadline deadline, long bytes, long epochMin, Completion<ClusterMap> completion) {
    super(core, deadline, bytes, completion);
    this.epochMin = epochMin;
  }

  @Override
  Node target() {
    return core.cluster().any(avoid());
  }

  @Override
  Request.Builder request() {
    return Request.newBuilder().setKeyspace(Wire.DEFAULT_KEYSPACE).setShardMap(ShardMapRequest.getDefaultInstance());
  }

  @Override
  void answered(Response response) {
    if (!response.hasShardMap()) {
      malformed("something else than its map");
      return;
    }
    ClusterMap map;
    try {
      map = Wire.clusterMap(response.getShardMap());
      core.learn(response.getShardMap());
    } catch (IllegalArgumentException e) {
      malformed("a map that cannot be: " + e.getMessage());
      return;
    }
    if (core.cluster().epoch() >= epochMin) {
      succeed(map);
    } else {
      askAgain("its map is older than another node's");
    }
  }
}
