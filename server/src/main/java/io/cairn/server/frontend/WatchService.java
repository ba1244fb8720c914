package io.cairn.server.frontend;

import io.cairn.protocol.wire.Consistency;
import io.cairn.protocol.wire.ErrorCode;
import io.cairn.protocol.wire.Request;
import io.cairn.protocol.wire.Response;
import io.cairn.protocol.wire.WatchControl;
import io.cairn.protocol.wire.WatchControlAnswer;
import io.cairn.protocol.wire.WatchList;
import io.cairn.protocol.wire.WatchRequest;
import io.cairn.server.command.CommandCodec;
import io.cairn.server.metrics.NodeMeters;
import io.cairn.server.oracle.Revisions;
import io.cairn.server.outcome.Refusal;
import io.cairn.server.replica.Replicas;
import io.cairn.server.shard.Keyspace;
import io.cairn.server.shard.ShardMap;
import io.cairn.server.watch.WatchListing;
import io.cairn.server.watch.WatchRoom;
import io.cairn.server.watch.WatchTerms;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Watches: checked, brought to where they begin ({@link WatchOpening}), then given to the {@link WatchRoom}. */
final class WatchService {
  private static final int PROGRESS_MILLIS_MIN = 100;
  private static final int PROGRESS_MILLIS_MAX = 3_600_000;

  private final RequestChecks checks;
  private final Supplier<ShardMap> map;
  private final WatchOpening.Sources sources;
  private final WatchRoom room;
  private final NodeMeters meters;

  WatchService(RequestChecks checks, Supplier<ShardMap> map, Replicas replicas, Revisions revisions, ScanTurns turns, int chunkBytes,
      WatchRoom room, NodeMeters meters) {
    this.checks = checks;
    this.map = map;
    this.sources = new WatchOpening.Sources(new ReadStream.Sources(replicas, revisions, turns), room, chunkBytes);
    this.room = room;
    this.meters = meters;
    room.readWith(page -> turns.ask(() -> {
      try {
        page.run();
      } finally {
        turns.done();
      }
    }));
  }

  ConnectionWatches connection(ClientConnection connection) {
    return new ConnectionWatches(connection, room, meters);
  }

  void serve(Call call, Request request) {
    WatchRequest watch = request.getWatch();
    int keyspace = RequestChecks.keyspace(request.getKeyspace());
    Refusal refusal = checks.keyspaceKnown(keyspace);
    refusal = refusal != null ? refusal : checks.range(watch.getStart(), watch.getEnd(), watch.getEndOpen());
    refusal = refusal != null ? refusal : terms(watch);
    refusal = refusal != null ? refusal : from(watch);
    if (refusal == null && request.getConsistency() != Consistency.LINEARIZABLE) {
      refusal = Refusal.of(ErrorCode.BAD_REQUEST, "a watch has no consistency to choose: it shows what is resolved; leave it unset");
    }
    byte[] start = Keyspace.stored(keyspace, watch.getStart());
    byte[] end = CommandCodec.rangeEnd(keyspace, watch.getEnd(), watch.getEndOpen());
    if (refusal == null && Arrays.compareUnsigned(start, end) >= 0) {
      refusal = Refusal.of(ErrorCode.BAD_REQUEST, "no key lies in the range that is to be watched: start and end are the same");
    }
    if (refusal != null) {
      call.refused(refusal);
      return;
    }
    var terms = new WatchTerms(start, end, watch.getPrevious(), !watch.getNoPuts(), !watch.getNoDeletes(),
        TimeUnit.MILLISECONDS.toNanos(watch.getProgressMillis()), lag(watch));
    new WatchOpening(call, request, terms, map.get().overlapping(start, end), sources).start();
  }

  private static WatchTerms.Lag lag(WatchRequest watch) {
    return switch (watch.getOnLag()) {
      case END -> WatchTerms.Lag.END;
      case LATEST -> WatchTerms.Lag.LATEST;
      case WAIT, UNRECOGNIZED -> WatchTerms.Lag.WAIT;
    };
  }

  private static Refusal terms(WatchRequest watch) {
    int progress = watch.getProgressMillis();
    if (progress != 0 && (progress < PROGRESS_MILLIS_MIN || progress > PROGRESS_MILLIS_MAX)) {
      return Refusal.of(ErrorCode.BAD_REQUEST, "progress_millis is " + Integer.toUnsignedString(progress) + "; it is 0 for never, or "
          + PROGRESS_MILLIS_MIN + " to " + PROGRESS_MILLIS_MAX);
    }
    if (watch.getNoPuts() && watch.getNoDeletes()) {
      return Refusal.of(ErrorCode.BAD_REQUEST, "the watch wants neither puts nor deletes; there is nothing else");
    }
    if (watch.getOnLag() == WatchRequest.Lag.UNRECOGNIZED) {
      return Refusal.of(ErrorCode.BAD_REQUEST, "on_lag has a value that this version does not know");
    }
    return watch.getCreditBytes() >= 0 ? null
        : Refusal.of(ErrorCode.BAD_REQUEST, "credit_bytes is " + Long.toUnsignedString(watch.getCreditBytes()) + "; it is at most "
            + Long.MAX_VALUE);
  }

  private Refusal from(WatchRequest watch) {
    return switch (watch.getFromCase()) {
      case FROM_NOW -> null;
      case FROM_REVISION -> watch.getFromRevision() > 0 ? null : Refusal.of(ErrorCode.BAD_REQUEST, "from_revision is "
          + watch.getFromRevision() + "; revisions begin at 1, and what is to begin now says from_now");
      case INITIAL_STATE -> watch.getInitialState().getRevision() >= 0 ? checks.behind(watch.getInitialState().getBehind())
          : Refusal.of(ErrorCode.BAD_REQUEST, "initial_state.revision is " + watch.getInitialState().getRevision()
              + "; it is 0 for now, or the one of a state that was cut");
      case FROM_NOT_SET -> Refusal.of(ErrorCode.BAD_REQUEST, "the watch does not say where it begins: from_now, from_revision or "
          + "initial_state");
    };
  }

  void control(Call call, Request request) {
    WatchControl control = request.getWatchControl();
    AnswerStream opening = call.connection().stream(control.getWatch());
    if (opening != null) { // Its state is on its way.
      opening.grant(control.getCreditBytes());
      call.done(answer(true));
      return;
    }
    ConnectionWatches watches = call.connection().watches();
    room.control(watches.lane(), control.getWatch(), control.getCreditBytes(), control.getProgress(),
        request.getSeen(), found -> call.done(answer(found)));
  }

  /** Which watches this node has: of whatever client, and of no other node. */
  void list(Call call, Request request) {
    WatchList list = request.getWatchList();
    int keyspace = RequestChecks.keyspace(request.getKeyspace());
    Refusal refusal = checks.keyspaceKnown(keyspace);
    refusal = refusal != null ? refusal : checks.range(list.getStart(), list.getEnd(), list.getEndOpen());
    if (refusal != null) {
      call.refused(refusal);
      return;
    }
    var query = new WatchListing.Query(Keyspace.stored(keyspace, list.getStart()),
        CommandCodec.rangeEnd(keyspace, list.getEnd(), list.getEndOpen()), list.getAfterConnection(), list.getAfterWatch());
    room.list(query, page -> call.done(Response.newBuilder().setWatchList(page).build()));
  }

  private static Response answer(boolean found) {
    return Response.newBuilder().setWatchControl(WatchControlAnswer.newBuilder().setFound(found)).build();
  }
}
