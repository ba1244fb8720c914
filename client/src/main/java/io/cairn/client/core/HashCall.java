package io.cairn.client.core;

import io.cairn.client.ReplicaHash;
import io.cairn.protocol.wire.HashAnswer;
import io.cairn.protocol.wire.HashRequest;
import io.cairn.protocol.wire.Request;
import io.cairn.protocol.wire.Response;

/** Asks one node for the hash of its replica of a shard. */
final class HashCall extends NodeCall<ReplicaHash> {

  private final Operation.Hash hash;

  HashCall(ClientCore core, Deadline deadline, Operation.Hash hash, Completion<ReplicaHash> completion) {
    super(core, deadline, hash.bytes(), hash.node(), completion);
    this.hash = hash;
  }

  @Override
  Request.Builder request() {
    return Request.newBuilder().setThisNode(true).setKeyspace(Wire.DEFAULT_KEYSPACE)
        .setHash(HashRequest.newBuilder().setShard(hash.shard()).setRevision(hash.revision()));
  }

  /** That the work goes on. */
  @Override
  void part(Response response) {
    if (!response.hasHash()) {
      malformed("a piece of something else than a hash");
    }
  }

  @Override
  void answered(Response response) {
    if (!response.hasHash()) {
      malformed("something else than a hash");
      return;
    }
    HashAnswer answer = response.getHash();
    succeed(new ReplicaHash(
        hash.shard(), hash.node(), hash.revision(), answer.getHash(), answer.getKeys(), answer.getBytes(), answer.getCompacted()));
  }
}
