package io.cairn.server.frontend;

import io.cairn.protocol.wire.KeyValue;
import io.cairn.protocol.wire.RangeChunk;
import io.cairn.protocol.wire.RangeRequest;
import io.cairn.protocol.wire.Response;
import io.cairn.server.shard.ShardDescriptor;
import io.cairn.storage.mvcc.KeyBounds;
import io.cairn.storage.mvcc.RangePage;
import io.cairn.storage.mvcc.RangeQuery;
import io.cairn.storage.mvcc.Version;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/** A range in pages, in either direction, with its limits. */
final class RangePages implements Pages {
  /** A key and value's tag and length in its chunk. */
  private static final int KV_OVERHEAD_BYTES = 6;

  private final RangeRequest range;
  private final int chunkBytes;
  /** What is left of the whole range; a page moves one of the two. */
  private byte[] start;
  private byte[] end;
  private ShardDescriptor shard;
  private long returned;
  private long returnedBytes;
  private byte[] lastKey;
  private final ArrayDeque<RangeChunk.Builder> chunks = new ArrayDeque<>();

  RangePages(RangeRequest range, byte[] start, byte[] end, int chunkBytes) {
    this.range = range;
    this.start = start;
    this.end = end;
    this.chunkBytes = chunkBytes;
  }

  @Override
  public void enter(ShardDescriptor next) {
    shard = next;
  }

  @Override
  public Read next(long revision) {
    boolean probing = isFull();
    // A count is of the whole range: a limit that an earlier page has passed already would be negative.
    long limit = probing ? 1 : range.getLimit() == 0 || range.getCountOnly() ? 0 : range.getLimit() - returned;
    var query = new RangeQuery(Bounds.later(start, shard.start()), Bounds.earlier(end, shard.end()), revision, limit, chunkBytes,
        range.getKeysOnly() || probing, range.getCountOnly());
    if (range.getBytesLimit() > 0 && !probing) {
      query = query.withBytesLeft(range.getBytesLimit() - returnedBytes, returned > 0);
    }
    RangeQuery asked = range.getReverse() && !range.getCountOnly() ? query.reversed() : query;
    return store -> {
      RangePage page = range.getRevision() > 0 ? store.pastRange(asked) : store.range(asked);
      List<RangeChunk.Builder> read = chunks(probing ? List.of() : page.versions());
      return () -> take(page, read, probing, asked.reverse());
    };
  }

  /** A page as chunks that each fit a frame: what the keys and values weigh on the wire counts, not what they are. */
  private List<RangeChunk.Builder> chunks(List<Version> versions) {
    var cut = new ArrayList<RangeChunk.Builder>();
    long bytes = 0;
    for (Version version : versions) {
      KeyValue kv = Answers.keyValue(version);
      int size = kv.getSerializedSize() + KV_OVERHEAD_BYTES;
      if (cut.isEmpty() || bytes + size > chunkBytes) {
        cut.add(RangeChunk.newBuilder());
        bytes = 0;
      }
      cut.getLast().addKvs(kv);
      bytes += size;
    }
    return cut;
  }

  /** A limit is used up: the rest of the range is only asked whether there is more. */
  private boolean isFull() {
    return !range.getCountOnly() && returned > 0
        && (range.getLimit() > 0 && returned >= range.getLimit() || range.getBytesLimit() > 0 && returnedBytes >= range.getBytesLimit());
  }

  private Next take(RangePage page, List<RangeChunk.Builder> read, boolean probing, boolean backward) {
    if (probing && page.count() > 0) {
      return Next.FULL;
    }
    if (!probing) {
      chunks.addAll(read);
      returned += page.count();
      returnedBytes += page.bytes();
      if (!page.versions().isEmpty()) {
        lastKey = page.versions().getLast().key();
      }
    }
    if (page.resume() == null) {
      return page.more() ? Next.FULL : Next.NEXT_SHARD;
    }
    if (backward) {
      end = page.resume();
    } else {
      start = page.resume();
    }
    return Next.SAME_SHARD;
  }

  @Override
  public int chunks() {
    return chunks.size();
  }

  @Override
  public void fill(Response.Builder response, long revision, boolean last, boolean more) {
    RangeChunk.Builder chunk = chunks.isEmpty() ? RangeChunk.newBuilder() : chunks.poll();
    chunk.setRevision(revision);
    if (last) {
      chunk.setCount(returned).setMore(more);
    }
    if (more) {
      byte[] position = range.getReverse() ? lastKey : KeyBounds.successor(lastKey);
      chunk.setResume(new ResumeToken(range.getReverse(), false, revision, position).encode());
    }
    response.setRange(chunk);
  }
}
