package io.cairn.server.frontend;

import io.cairn.platform.EventLoop;
import io.cairn.protocol.wire.ErrorCode;
import io.cairn.protocol.wire.RangeRequest;
import io.cairn.protocol.wire.Request;
import io.cairn.server.command.CommandCodec;
import io.cairn.server.config.Limits;
import io.cairn.server.oracle.Revisions;
import io.cairn.server.outcome.Refusal;
import io.cairn.server.replica.Replicas;
import io.cairn.server.shard.Keyspace;
import io.cairn.server.shard.ShardDescriptor;
import io.cairn.server.shard.ShardMap;
import java.util.List;
import java.util.function.Supplier;

/**
 * Ranges, over as many shards as they take, as one view at one revision. A range of one shard reads at the revision at which its
 * leader resolves it; one over several takes a revision from the oracle first and waits until each shard is resolved there.
 */
final class RangeService {
  /** What a frame needs beside a chunk. */
  private static final int FRAME_ROOM_BYTES = 1 << 10;

  private final RequestChecks checks;
  private final Supplier<ShardMap> map;
  private final Replicas replicas;
  private final Revisions revisions;
  private final EventLoop scanLoop;
  private final Limits limits;

  /** @param scanLoop where pages are read: it may block, so that no other loop has to */
  RangeService(RequestChecks checks, Supplier<ShardMap> map, Replicas replicas, Revisions revisions, EventLoop scanLoop, Limits limits) {
    this.checks = checks;
    this.map = map;
    this.replicas = replicas;
    this.revisions = revisions;
    this.scanLoop = scanLoop;
    this.limits = limits;
  }

  void serve(Call call, Request request) {
    RangeRequest range = request.getRange();
    int keyspace = RequestChecks.keyspace(request.getKeyspace());
    Refusal refusal = checks.keyspaceKnown(keyspace);
    refusal = refusal != null ? refusal : checks.range(range.getStart(), range.getEnd(), range.getEndOpen());
    refusal = refusal != null ? refusal : checks.limit(range.getLimit());
    refusal = refusal != null ? refusal : checks.revision(range.getRevision(), request.getSeen());
    if (refusal != null) {
      call.refused(refusal);
      return;
    }
    byte[] start = Keyspace.stored(keyspace, range.getStart());
    byte[] end = CommandCodec.rangeEnd(keyspace, range.getEnd(), range.getEndOpen());
    List<ShardDescriptor> shards = map.get().overlapping(start, end);
    if (shards.isEmpty()) {
      // Start and end are the same key: nothing lies between, but the answer still names a resolved revision.
      shards = List.of(map.get().locate(start));
    }
    var stream = new RangeStream(call, range, start, end, shards,
        new RangeStream.Sources(replicas, scanLoop, chunkBytes()));
    if (!call.connection().opened(call.requestId(), stream)) {
      call.refused(Refusal.of(ErrorCode.BAD_REQUEST, "request id " + call.requestId()
          + " is still in use by a range of this connection; each request has an id of its own"));
      return;
    }
    stream.endByDeadline();
    begin(call, stream, range, request.getSeen(), shards.size());
  }

  /** A chunk fits a frame, whatever the two are configured to. */
  private int chunkBytes() {
    return (int) Math.min(limits.rangeChunkBytes(), limits.frameBytes() - FRAME_ROOM_BYTES);
  }

  private void begin(Call call, RangeStream stream, RangeRequest range, long seen, int shards) {
    if (range.getRevision() > 0) {
      stream.startAt(range.getRevision(), Math.max(seen, range.getRevision()));
    } else if (shards == 1) {
      stream.startNewest(seen);
    } else {
      revisions.take(new Revisions.Take(0, call.connection().channel().loop()) {
        @Override
        protected void granted(long first, long last) {
          // What was handed out last is not below anything that any client has seen.
          stream.startAt(last, Math.max(seen, last));
        }
      });
    }
  }
}
