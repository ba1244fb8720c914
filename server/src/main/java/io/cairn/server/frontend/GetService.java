package io.cairn.server.frontend;

import io.cairn.protocol.wire.ErrorCode;
import io.cairn.protocol.wire.GetAnswer;
import io.cairn.protocol.wire.GetRequest;
import io.cairn.protocol.wire.Request;
import io.cairn.protocol.wire.Response;
import io.cairn.protocol.wire.Staleness;
import io.cairn.server.outcome.Outcome;
import io.cairn.server.outcome.Refusal;
import io.cairn.server.replica.LocalState;
import io.cairn.server.replica.ReadRequest;
import io.cairn.server.replica.Replica;
import io.cairn.server.replica.Replicas;
import io.cairn.server.shard.Keyspace;
import io.cairn.server.shard.ShardMap;
import io.cairn.storage.mvcc.CompactedException;
import io.cairn.storage.mvcc.ReadView;
import io.cairn.storage.mvcc.ShardStore;
import io.cairn.storage.mvcc.Version;
import java.util.function.Supplier;

/** One key from this replica: one read-index round for all linearizable reads that wait, then a look into the store. */
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
    refusal = refusal != null ? refusal : checks.consistency(request);
    refusal = refusal != null ? refusal : call.enterAnswer();
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
    var terms = ReadTerms.of(request, get.getRevision());
    replica.loop().run(() -> read(call, replica, key, terms));
  }

  /** On the replica's loop. */
  private static void read(Call call, Replica replica, byte[] key, ReadTerms terms) {
    var read = new ReadRequest(terms.context(), call.deadline(), outcome -> answer(call, replica, key, terms.revision(), outcome));
    switch (terms.consistency()) {
      case SERIALIZABLE -> readLocal(call, replica, key, terms.revision());
      case AT_LEAST -> replica.readAtLeast(read);
      default -> replica.read(read);
    }
  }

  private static void readLocal(Call call, Replica replica, byte[] key, long revision) {
    LocalState local = replica.local();
    if (local == null) {
      call.refused(Refusal.of(ErrorCode.SHUTTING_DOWN, "this node is stopping; ask another one"));
    } else {
      lookWhenRoom(call, replica, key, revision, local.resolved(), LocalSurvey.NOTHING.and(local, 0).staleness());
    }
  }

  /** On the replica's loop: the replica has applied all that the read must see. */
  private static void answer(Call call, Replica replica, byte[] key, long revision, Outcome<Long> outcome) {
    switch (outcome) {
      case Outcome.Done<Long>(var resolved) -> lookWhenRoom(call, replica, key, revision, resolved, null);
      case Outcome.Refused<Long>(var refusal) -> call.refused(refusal);
      case Outcome.Unknown<Long>(var message) -> call.unknown(message);
    }
  }

  /** Once the connection's reader has taken enough: a value is not read before there is room for it. */
  private static void lookWhenRoom(Call call, Replica replica, byte[] key, long revision, long resolved, Staleness staleness) {
    ClientConnection connection = call.connection();
    connection.channel().loop().run(() -> connection.whenRoom(() -> look(call, replica, key, revision, resolved, staleness)));
  }

  /** On the connection's loop. */
  private static void look(Call call, Replica replica, byte[] key, long revision, long resolved, Staleness staleness) {
    if (call.connection().gone()) {
      call.abandoned();
      return;
    }
    if (call.expired()) {
      call.refused(Refusal.deadline("while the connection's reader had not taken earlier answers"));
      return;
    }
    Found found;
    try {
      found = find(replica, key, revision);
    } catch (CompactedException e) {
      call.refused(Refusal.of(ErrorCode.COMPACTED, e.getMessage()).withRevision(e.oldest()));
      return;
    }
    GetAnswer.Builder answer = GetAnswer.newBuilder();
    Response.Builder response = Response.newBuilder();
    // What is applied is resolved: what is found may be younger than the revision that was promised.
    long shown = Math.max(resolved, found.since);
    if (found.version != null) {
      answer.setFound(Answers.keyValue(found.version));
    }
    if (staleness != null) {
      response.setStaleness(staleness);
    }
    call.done(response.setRevision(shown).setGet(answer).build());
  }

  /**
   * What stands at a key.
   *
   * @param version null for nothing
   * @param since a revision at which that was so, and not before it where that matters
   */
  private record Found(Version version, long since) {}

  /** A snapshot that takes the store's place has it deleted: what was read while that happened says nothing. */
  private static Found find(Replica replica, byte[] key, long revision) {
    while (true) {
      ShardStore store = replica.store();
      Version version = store.get(key, revision);
      Found found = version != null ? new Found(version, version.mod()) : revision > 0 ? new Found(null, 0) : missing(store, key);
      if (store == replica.store()) {
        return found;
      }
    }
  }

  /** The key may have been deleted just now: that it is missing is true of how far the store had come in the same moment. */
  private static Found missing(ShardStore store, byte[] key) {
    try (ReadView view = store.view()) {
      Version version = view.get(key, 0);
      return new Found(version, version == null ? view.applied().revision() : version.mod());
    }
  }
}
