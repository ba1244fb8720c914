package io.cairn.server.frontend;

import io.cairn.protocol.wire.ChildrenRequest;
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
import io.cairn.storage.mvcc.KeyBounds;
import java.util.List;
import java.util.function.Supplier;

/** Ranges and children: checked, taken up where a token left off, and sent on as a {@link ReadStream} over the shards they meet. */
final class RangeService {
  /** What a frame needs beside a chunk. */
  private static final int FRAME_ROOM_BYTES = 1 << 10;

  private final RequestChecks checks;
  private final Supplier<ShardMap> map;
  private final ReadStream.Sources sources;
  private final int chunkBytes;

  /** @param turns where pages are read: on a loop that may block, so that no other has to */
  RangeService(RequestChecks checks, Supplier<ShardMap> map, Replicas replicas, Revisions revisions, ScanTurns turns, Limits limits) {
    this.checks = checks;
    this.map = map;
    this.sources = new ReadStream.Sources(replicas, revisions, turns);
    // A chunk fits a frame, whatever the two are configured to.
    this.chunkBytes = (int) Math.min(limits.rangeChunkBytes(), limits.frameBytes() - FRAME_ROOM_BYTES);
  }

  void serve(Call call, Request request) {
    RangeRequest range = request.getRange();
    int keyspace = RequestChecks.keyspace(request.getKeyspace());
    Refusal refusal = checks.keyspaceKnown(keyspace);
    refusal = refusal != null ? refusal : checks.range(range.getStart(), range.getEnd(), range.getEndOpen());
    refusal = refusal != null ? refusal : checks.revision(range.getRevision(), request.getSeen());
    refusal = refusal != null ? refusal : checks.consistency(request);
    refusal = refusal != null ? refusal : checks.limit(range.getLimit(), "limit");
    refusal = refusal != null ? refusal : checks.limit(range.getBytesLimit(), "limit in bytes");
    if (refusal != null) {
      call.refused(refusal);
      return;
    }
    byte[] start = Keyspace.stored(keyspace, range.getStart());
    byte[] end = CommandCodec.rangeEnd(keyspace, range.getEnd(), range.getEndOpen());
    long revision = range.getRevision();
    if (!range.getResume().isEmpty()) {
      ResumeToken.Decoded resume = ResumeToken.decode(range.getResume());
      refusal = resume.refusal() != null ? resume.refusal() : resume.token().misfit(range.getReverse(), false, revision, start, end);
      if (refusal != null) {
        call.refused(refusal);
        return;
      }
      revision = resume.token().revision();
      start = range.getReverse() ? start : resume.token().position();
      end = range.getReverse() ? resume.token().position() : end;
    }
    refusal = call.enterScan();
    if (refusal != null) {
      call.refused(refusal);
      return;
    }
    List<ShardDescriptor> shards = shards(start, end);
    new ReadStream(call, ReadTerms.of(request, revision), range.getReverse() ? shards.reversed() : shards,
        new RangePages(range, start, end, chunkBytes), sources).start();
  }

  void children(Call call, Request request) {
    ChildrenRequest children = request.getChildren();
    int keyspace = RequestChecks.keyspace(request.getKeyspace());
    Refusal refusal = checks.keyspaceKnown(keyspace);
    refusal = refusal != null ? refusal : checks.children(children);
    refusal = refusal != null ? refusal : checks.revision(children.getRevision(), request.getSeen());
    refusal = refusal != null ? refusal : checks.consistency(request);
    refusal = refusal != null ? refusal : checks.limit(children.getLimit(), "limit");
    if (refusal != null) {
      call.refused(refusal);
      return;
    }
    byte[] prefix = Keyspace.stored(keyspace, children.getPrefix());
    byte[] start = prefix;
    // The keyspace in front of it is never the last byte there is: something is behind every prefix.
    byte[] end = KeyBounds.prefixEnd(prefix);
    long revision = children.getRevision();
    if (!children.getResume().isEmpty()) {
      ResumeToken.Decoded resume = ResumeToken.decode(children.getResume());
      refusal = resume.refusal() != null ? resume.refusal() : resume.token().misfit(false, true, revision, start, end);
      if (refusal != null) {
        call.refused(refusal);
        return;
      }
      revision = resume.token().revision();
      start = resume.token().position();
    }
    refusal = call.enterScan();
    if (refusal != null) {
      call.refused(refusal);
      return;
    }
    new ReadStream(call, ReadTerms.of(request, revision), shards(start, end),
        new ChildrenPages(children, prefix, start, end, chunkBytes), sources).start();
  }

  private List<ShardDescriptor> shards(byte[] start, byte[] end) {
    List<ShardDescriptor> shards = map.get().overlapping(start, end);
    // Start and end are the same key: nothing lies between, but the answer still names a resolved revision.
    return shards.isEmpty() ? List.of(map.get().locate(start)) : shards;
  }
}
