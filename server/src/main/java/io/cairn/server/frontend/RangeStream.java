package io.cairn.server.frontend;

import io.cairn.platform.EventLoop;
import io.cairn.protocol.wire.ErrorCode;
import io.cairn.protocol.wire.RangeChunk;
import io.cairn.protocol.wire.RangeRequest;
import io.cairn.protocol.wire.Response;
import io.cairn.server.outcome.Outcome;
import io.cairn.server.outcome.Refusal;
import io.cairn.server.replica.ReadRequest;
import io.cairn.server.replica.Replica;
import io.cairn.server.replica.Replicas;
import io.cairn.server.shard.ShardDescriptor;
import io.cairn.storage.mvcc.CompactedException;
import io.cairn.storage.mvcc.RangePage;
import io.cairn.storage.mvcc.RangeQuery;
import io.cairn.storage.mvcc.Version;
import java.util.Arrays;
import java.util.List;

/**
 * One range on its way out, page by page, shard by shard, all at one revision. The next page is read when the connection has taken
 * what was sent, so a slow reader holds one page and no more. Belongs to the connection's loop; pages are read on the scan loop.
 */
final class RangeStream {

  /** Where pages come from, and how much may wait. */
  record Sources(Replicas replicas, EventLoop scanLoop, int chunkBytes, long outboundBytesMax) {}

  private final Call call;
  private final RangeRequest range;
  private final byte[] end;
  private final List<ShardDescriptor> shards;
  private final Sources sources;
  private byte[] from;
  private int at;
  private long revision;
  /** What the answer says: a revision at which every shard read is resolved, not below what the client has seen. */
  private long shown;
  private long returned;
  private boolean waitingForReader;
  /** Read as a hint on the scan loop, which need not read pages that nobody waits for. */
  private volatile boolean ended;

  RangeStream(Call call, RangeRequest range, byte[] start, byte[] end, List<ShardDescriptor> shards, Sources sources) {
    this.call = call;
    this.range = range;
    this.from = start;
    this.end = end;
    this.shards = shards;
    this.sources = sources;
  }

  /** Reads at a given revision; {@code context} is at or above it and must be resolved. */
  void startAt(long given, long context) {
    revision = given;
    shown = context;
    confirmShard(context);
  }

  /** Reads at the revision at which the one shard is resolved when its leader is asked. */
  void startNewest(long seen) {
    confirmShard(seen);
  }

  /** The client no longer waits. */
  void cancel() {
    ended = true;
    call.abandoned();
  }

  /** The connection takes more. */
  void goOn() {
    if (waitingForReader) {
      waitingForReader = false;
      nextPage();
    }
  }

  private EventLoop loop() {
    return call.connection().channel().loop();
  }

  private void confirmShard(long context) {
    ShardDescriptor shard = shards.get(at);
    Replica replica = sources.replicas.get(shard.id());
    if (replica == null) {
      refuse(Refusal.notLeader(shard.id(), ""));
      return;
    }
    var read = new ReadRequest(context, call.deadline(), outcome -> loop().run(() -> confirmed(outcome)));
    replica.loop().run(() -> replica.read(read));
  }

  private void confirmed(Outcome<Long> outcome) {
    if (ended) {
      return;
    }
    switch (outcome) {
      case Outcome.Done<Long>(var resolved) -> {
        if (revision == 0) {
          revision = resolved;
          shown = resolved;
        }
        nextPage();
      }
      case Outcome.Refused<Long>(var refusal) -> refuse(refusal);
      case Outcome.Unknown<Long>(var message) -> refuse(Refusal.of(ErrorCode.NO_QUORUM, message));
    }
  }

  private void nextPage() {
    if (ended) {
      return;
    }
    if (call.expired()) {
      refuse(Refusal.deadline("while the range was read"));
      return;
    }
    if (call.connection().channel().pendingBytes() > sources.outboundBytesMax) {
      waitingForReader = true;
      return;
    }
    ShardDescriptor shard = shards.get(at);
    Replica replica = sources.replicas.get(shard.id());
    byte[] until = Arrays.compareUnsigned(end, shard.end()) < 0 ? end : shard.end();
    boolean probing = limitReached();
    long limit = probing ? 1 : range.getLimit() == 0 ? 0 : range.getLimit() - returned;
    var query = new RangeQuery(from, until, revision, limit, sources.chunkBytes, range.getKeysOnly() || probing, countsOnly());
    sources.scanLoop.execute(() -> {
      if (!ended && !call.expired()) {
        read(replica, query, probing);
      } else {
        loop().run(this::nextPage);
      }
    });
  }

  private boolean countsOnly() {
    return range.getCountOnly();
  }

  /** The limit is used up: the rest of the range is only asked whether there is more. */
  private boolean limitReached() {
    return range.getLimit() > 0 && returned >= range.getLimit() && !countsOnly();
  }

  /** On the scan loop. */
  private void read(Replica replica, RangeQuery query, boolean probing) {
    RangePage page;
    try {
      page = replica.store().range(query);
    } catch (CompactedException e) {
      loop().run(() -> refuse(Refusal.of(ErrorCode.COMPACTED, e.getMessage()).withRevision(e.oldest())));
      return;
    }
    RangeChunk.Builder chunk = RangeChunk.newBuilder();
    if (!probing && !countsOnly()) {
      for (Version version : page.versions()) {
        chunk.addKvs(Answers.keyValue(version));
      }
    }
    loop().run(() -> pageRead(page, chunk, probing));
  }

  private void pageRead(RangePage page, RangeChunk.Builder chunk, boolean probing) {
    if (ended) {
      return;
    }
    if (probing) {
      if (page.count() > 0) {
        finish(chunk, true);
      } else {
        nextShard(chunk);
      }
      return;
    }
    returned += page.count();
    if (page.resume() != null) {
      from = page.resume();
      send(chunk);
      nextPage();
    } else if (page.more()) {
      finish(chunk, true);
    } else {
      nextShard(chunk);
    }
  }

  private void nextShard(RangeChunk.Builder chunk) {
    if (at + 1 == shards.size()) {
      finish(chunk, false);
      return;
    }
    if (chunk.getKvsCount() > 0) {
      send(chunk);
    }
    at++;
    from = shards.get(at).start();
    confirmShard(shown);
  }

  private void send(RangeChunk.Builder chunk) {
    call.part(Response.newBuilder().setRevision(shown).setRange(chunk).build());
  }

  private void finish(RangeChunk.Builder chunk, boolean more) {
    end();
    call.done(Response.newBuilder().setRevision(shown).setRange(chunk.setCount(returned).setMore(more)).build());
  }

  private void refuse(Refusal refusal) {
    if (!ended) {
      end();
      call.refused(refusal);
    }
  }

  private void end() {
    ended = true;
    call.connection().ended(call.requestId());
  }
}
