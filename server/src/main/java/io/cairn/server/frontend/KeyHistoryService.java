package io.cairn.server.frontend;

import com.google.protobuf.UnsafeByteOperations;
import io.cairn.platform.EventLoop;
import io.cairn.protocol.wire.ErrorCode;
import io.cairn.protocol.wire.KeyHistory;
import io.cairn.protocol.wire.KeyHistoryRequest;
import io.cairn.protocol.wire.Request;
import io.cairn.protocol.wire.Response;
import io.cairn.server.config.Limits;
import io.cairn.server.outcome.Outcome;
import io.cairn.server.outcome.Refusal;
import io.cairn.server.replica.ReadRequest;
import io.cairn.server.replica.Replica;
import io.cairn.server.replica.Replicas;
import io.cairn.server.shard.Keyspace;
import io.cairn.server.shard.ShardMap;
import io.cairn.storage.mvcc.KeyEvent;
import io.cairn.storage.mvcc.KeyHistoryPage;
import io.cairn.storage.mvcc.KeyHistoryQuery;
import io.cairn.storage.mvcc.ReadView;
import io.cairn.storage.mvcc.ShardStore;
import java.util.function.Supplier;

/** What became of one key, from this replica, a page for each request: a read-index round, then a walk on the scan loop. */
final class KeyHistoryService {
  private static final int EVENTS_MAX = 1_000;
  /** Events that are looked at for one page: some ten milliseconds where all of them come from the disk. */
  private static final int STEPS_MAX = 1_000;

  private final RequestChecks checks;
  private final Supplier<ShardMap> map;
  private final Replicas replicas;
  private final EventLoop scanLoop;
  private final long pageBytes;

  KeyHistoryService(RequestChecks checks, Supplier<ShardMap> map, Replicas replicas, EventLoop scanLoop, Limits limits) {
    this.checks = checks;
    this.map = map;
    this.replicas = replicas;
    this.scanLoop = scanLoop;
    this.pageBytes = limits.rangeChunkBytes();
  }

  void serve(Call call, Request request) {
    KeyHistoryRequest asked = request.getKeyHistory();
    int keyspace = RequestChecks.keyspace(request.getKeyspace());
    Refusal refusal = checks.keyspaceKnown(keyspace);
    refusal = refusal != null ? refusal : checks.key(asked.getKey());
    refusal = refusal != null ? refusal : bounds(asked, request.getSeen());
    refusal = refusal != null ? refusal : call.enterScan();
    if (refusal != null) {
      call.refused(refusal);
      return;
    }
    byte[] key = Keyspace.stored(keyspace, asked.getKey());
    int shard = map.get().locate(key).id();
    Replica replica = replicas.get(shard);
    if (replica == null) {
      call.refused(Refusal.notLeader(shard, ""));
      return;
    }
    replica.loop().run(() -> replica.read(new ReadRequest(request.getSeen(), call.deadline(), outcome -> {
      switch (outcome) {
        case Outcome.Done<Long>(var resolved) -> scanLoop.execute(() -> walk(call, replica, key, asked, resolved));
        case Outcome.Refused<Long>(var why) -> call.refused(why);
        case Outcome.Unknown<Long>(var message) -> call.unknown(message);
      }
    })));
  }

  private static Refusal bounds(KeyHistoryRequest asked, long seen) {
    boolean negative = asked.getFrom() < 0 || asked.getTo() < 0 || asked.getAtRevision() < 0 || asked.getAtOrdinal() < 0 || seen < 0;
    return negative ? Refusal.of(ErrorCode.BAD_REQUEST, "a revision of the key's history is negative")
        : asked.getTo() > 0 && asked.getFrom() > asked.getTo()
            ? Refusal.of(ErrorCode.BAD_REQUEST, "the history is asked for from revision " + asked.getFrom() + " to " + asked.getTo()
                + ": from is not above to") : null;
  }

  /** On the scan loop. */
  private void walk(Call call, Replica replica, byte[] key, KeyHistoryRequest asked, long resolved) {
    if (call.expired()) {
      call.refused(Refusal.deadline("before the key's history was walked"));
      return;
    }
    int limit = Integer.toUnsignedLong(asked.getLimit()) == 0 || Integer.toUnsignedLong(asked.getLimit()) > EVENTS_MAX
        ? EVENTS_MAX : asked.getLimit();
    var query = new KeyHistoryQuery(key, asked.getFrom(), asked.getTo() == 0 ? Long.MAX_VALUE : asked.getTo(), limit, pageBytes, STEPS_MAX,
        asked.getAtRevision(), asked.getAtOrdinal());
    ShardStore store = replica.store();
    try (ReadView view = store.view()) {
      if (store != replica.store()) { // A snapshot took its place, and it may have been deleted under the view.
        scanLoop.execute(() -> walk(call, replica, key, asked, resolved));
        return;
      }
      if (asked.getAtRevision() > view.applied().revision()) {
        call.refused(Refusal.of(ErrorCode.FUTURE_REVISION, "nothing has happened at revision " + asked.getAtRevision() + " yet"));
        return;
      }
      KeyHistoryPage page = view.history(query);
      KeyHistory.Builder answer = KeyHistory.newBuilder().setNextRevision(page.nextRevision()).setNextOrdinal(page.nextOrdinal())
          .setCut(page.cut()).setCompacted(view.compacted());
      page.events().forEach(event -> answer.addEvents(told(event)));
      call.done(Response.newBuilder().setRevision(Math.max(resolved, view.applied().revision())).setKeyHistory(answer).build());
    } catch (IllegalStateException e) { // The engine is closed: the node stops.
      call.refused(Refusal.of(ErrorCode.SHUTTING_DOWN, "this node is stopping; ask another one"));
    }
  }

  private static KeyHistory.Event told(KeyEvent event) {
    KeyHistory.Event.Builder told = KeyHistory.Event.newBuilder().setRevision(event.revision())
        .setClientHigh(event.clientHigh()).setClientLow(event.clientLow()).setSequence(event.sequence());
    if (event.version() != null) {
      told.setPut(KeyHistory.KeyEventValue.newBuilder().setValue(UnsafeByteOperations.unsafeWrap(event.version().value()))
          .setCreateRevision(event.version().create()).setVersion(event.version().version()).setLease(event.version().lease()));
    }
    return told.build();
  }
}
