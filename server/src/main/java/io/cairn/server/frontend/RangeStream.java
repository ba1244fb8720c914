package io.cairn.server.frontend;

import io.cairn.platform.EventLoop;
import io.cairn.protocol.wire.ErrorCode;
import io.cairn.protocol.wire.KeyValue;
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
import io.cairn.storage.mvcc.ShardStore;
import io.cairn.storage.mvcc.Version;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * One range on its way out, page by page, shard by shard, all at one revision. The next page is read when the connection has taken
 * what was sent, so a slow reader holds one page and no more. Belongs to the connection's loop; pages are read on the scan loop.
 */
final class RangeStream {

  /**
   * Where pages come from.
   *
   * @param chunkBytes most bytes of keys and values in one chunk of an answer; one key and value may exceed it
   */
  record Sources(Replicas replicas, EventLoop scanLoop, int chunkBytes) {}

  /** A key and value's tag and length in its chunk. */
  private static final int KV_OVERHEAD_BYTES = 6;

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
  private EventLoop.Timer deadline;
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

  /** Whatever it waits for (the oracle, a quorum, its reader), it ends by its deadline. */
  void endByDeadline() {
    deadline = loop().schedule(call.remainingNanos(), () -> refuse(Refusal.deadline("before the range was read")));
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
    end();
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
    if (ended) {
      return;
    }
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
    if (call.connection().full()) {
      waitingForReader = true;
      return;
    }
    ShardDescriptor shard = shards.get(at);
    Replica replica = sources.replicas.get(shard.id());
    byte[] until = Arrays.compareUnsigned(end, shard.end()) < 0 ? end : shard.end();
    boolean probing = limitReached();
    // A count is of the whole range: a limit that an earlier shard has passed already would be negative.
    long limit = probing ? 1 : range.getLimit() == 0 || countsOnly() ? 0 : range.getLimit() - returned;
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
      ShardStore store = replica.store();
      page = store.range(query);
      if (store != replica.store()) {
        // A snapshot took its place, and the old store may have been deleted under the page: what was read says nothing.
        loop().run(this::nextPage);
        return;
      }
    } catch (CompactedException e) {
      loop().run(() -> refuse(Refusal.of(ErrorCode.COMPACTED, e.getMessage()).withRevision(e.oldest())));
      return;
    }
    List<RangeChunk.Builder> chunks = chunks(probing || countsOnly() ? List.of() : page.versions());
    loop().run(() -> pageRead(page, chunks, probing));
  }

  /** A page as chunks that each fit a frame: what the keys and values weigh on the wire counts, not what they are. */
  private List<RangeChunk.Builder> chunks(List<Version> versions) {
    var chunks = new ArrayList<RangeChunk.Builder>();
    RangeChunk.Builder chunk = RangeChunk.newBuilder();
    long bytes = 0;
    for (Version version : versions) {
      KeyValue kv = Answers.keyValue(version);
      int size = kv.getSerializedSize() + KV_OVERHEAD_BYTES;
      if (bytes > 0 && bytes + size > sources.chunkBytes) {
        chunks.add(chunk);
        chunk = RangeChunk.newBuilder();
        bytes = 0;
      }
      chunk.addKvs(kv);
      bytes += size;
    }
    chunks.add(chunk);
    return chunks;
  }

  private void pageRead(RangePage page, List<RangeChunk.Builder> chunks, boolean probing) {
    if (ended) {
      return;
    }
    RangeChunk.Builder chunk = chunks.removeLast();
    chunks.forEach(this::send);
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
    if (deadline != null) {
      deadline.cancel();
    }
    call.connection().ended(call.requestId());
  }
}
