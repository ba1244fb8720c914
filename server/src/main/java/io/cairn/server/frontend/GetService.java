package io.cairn.server.frontend;

import io.cairn.protocol.wire.ErrorCode;
import io.cairn.protocol.wire.GetAnswer;
import io.cairn.protocol.wire.GetRequest;
import io.cairn.protocol.wire.Request;
import io.cairn.protocol.wire.Response;
import io.cairn.server.outcome.Outcome;
import io.cairn.server.outcome.Refusal;
import io.cairn.server.replica.ReadRequest;
import io.cairn.server.replica.Replica;
import io.cairn.server.replica.Replicas;
import io.cairn.server.shard.Keyspace;
import io.cairn.server.shard.ShardMap;
import io.cairn.storage.mvcc.CompactedException;
import io.cairn.storage.mvcc.ShardStore;
import io.cairn.storage.mvcc.Version;
import java.util.function.Supplier;

/** One key, linearizably, from this replica: one read-index round for all that wait, then a look into the store. */
final class GetService {
  private final RequestChecks checks;
  private final Supplier<ShardMap> map;
  private final Replicas replicas;

  GetService(RequestChecks checks, Supplier<ShardMap> map, Replicas replicas) {
    this.checks = checks;
    this.map = map;
    this.replicas = replicas;
  }

  void serve(Call call, Request request) {
    GetRequest get = request.getGet();
    int keyspace = RequestChecks.keyspace(request.getKeyspace());
    Refusal refusal = checks.keyspaceKnown(keyspace);
    refusal = refusal != null ? refusal : checks.key(get.getKey());
    refusal = refusal != null ? refusal : checks.revision(get.getRevision(), request.getSeen());
    if (refusal != null) {
      call.refused(refusal);
      return;
    }
    byte[] key = Keyspace.stored(keyspace, get.getKey());
    int shard = map.get().locate(key).id();
    Replica replica = replicas.get(shard);
    if (replica == null) {
      call.refused(Refusal.notLeader(shard, ""));
      return;
    }
    long context = Math.max(request.getSeen(), get.getRevision());
    var read = new ReadRequest(context, call.deadline(), outcome -> answer(call, replica, key, get.getRevision(), outcome));
    replica.loop().run(() -> replica.read(read));
  }

  /** On the replica's loop: the replica has applied all that the read must see. */
  private static void answer(Call call, Replica replica, byte[] key, long revision, Outcome<Long> outcome) {
    switch (outcome) {
      case Outcome.Done<Long>(var resolved) -> {
        ClientConnection connection = call.connection();
        connection.channel().loop().run(() -> connection.whenRoom(() -> look(call, replica, key, revision, resolved)));
      }
      case Outcome.Refused<Long>(var refusal) -> call.refused(refusal);
      case Outcome.Unknown<Long>(var message) -> call.unknown(message);
    }
  }

  /** On the connection's loop. */
  private static void look(Call call, Replica replica, byte[] key, long revision, long resolved) {
    if (call.connection().gone()) {
      call.abandoned();
      return;
    }
    if (call.expired()) {
      call.refused(Refusal.deadline("while the connection's reader had not taken earlier answers"));
      return;
    }
    Version found;
    try {
      found = find(replica, key, revision);
    } catch (CompactedException e) {
      call.refused(Refusal.of(ErrorCode.COMPACTED, e.getMessage()).withRevision(e.oldest()));
      return;
    }
    GetAnswer.Builder answer = GetAnswer.newBuilder();
    long shown = resolved;
    if (found != null) {
      answer.setFound(Answers.keyValue(found));
      // What is applied is resolved: the newest version may be younger than the revision that was promised.
      shown = Math.max(shown, found.mod());
    }
    call.done(Response.newBuilder().setRevision(shown).setGet(answer).build());
  }

  /** A snapshot that takes the store's place has it deleted: what was read while that happened says nothing. */
  private static Version find(Replica replica, byte[] key, long revision) {
    while (true) {
      ShardStore store = replica.store();
      Version found = store.get(key, revision);
      if (store == replica.store()) {
        return found;
      }
    }
  }
}
