package io.cairn.server.frontend;

import io.cairn.protocol.wire.ChildrenChunk;
import io.cairn.protocol.wire.ChildrenRequest;
import io.cairn.protocol.wire.Response;
import io.cairn.server.shard.Keyspace;
import io.cairn.server.shard.ShardDescriptor;
import io.cairn.storage.mvcc.Child;
import io.cairn.storage.mvcc.ChildrenPage;
import io.cairn.storage.mvcc.ChildrenQuery;
import io.cairn.storage.mvcc.RangeQuery;

/** What lies one level below a prefix, in pages. A child whose keys lie in several shards is shown once: behind it all of them are passed. */
final class ChildrenPages implements Pages {
  private final ChildrenRequest request;
  private final byte[] prefix;
  private final byte[] delimiter;
  private final byte[] end;
  private final int chunkBytes;
  /** Behind everything that the children so far stand for. */
  private byte[] start;
  private ShardDescriptor shard;
  private long returned;
  private ChildrenChunk.Builder chunk = ChildrenChunk.newBuilder();

  ChildrenPages(ChildrenRequest request, byte[] prefix, byte[] start, byte[] end, int chunkBytes) {
    this.request = request;
    this.prefix = prefix;
    this.delimiter = request.getDelimiter().toByteArray();
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
    long limit = probing ? 1 : request.getLimit() == 0 ? 0 : request.getLimit() - returned;
    var query = new ChildrenQuery(prefix, delimiter, Bounds.later(start, shard.start()), Bounds.earlier(end, shard.end()), revision, limit,
        chunkBytes, RangeQuery.STEPS_MAX);
    return store -> {
      ChildrenPage page = request.getRevision() > 0 ? store.pastChildren(query) : store.children(query);
      ChildrenChunk.Builder read = ChildrenChunk.newBuilder();
      for (Child child : page.children()) {
        read.addChildren(ChildrenChunk.Child.newBuilder().setName(Keyspace.user(child.name())).setBelow(child.below()));
      }
      return () -> take(page, read, probing);
    };
  }

  private boolean isFull() {
    return request.getLimit() > 0 && returned >= request.getLimit();
  }

  private Next take(ChildrenPage page, ChildrenChunk.Builder read, boolean probing) {
    if (probing && !page.children().isEmpty()) {
      return Next.FULL;
    }
    if (!probing) {
      chunk = read;
      returned += read.getChildrenCount();
      start = page.behind();
    }
    if (page.resume() == null) {
      return Next.NEXT_SHARD;
    }
    start = page.resume();
    // A page that paused at the limit, not because of it, leaves open whether there is more.
    return Next.SAME_SHARD;
  }

  @Override
  public int chunks() {
    return chunk.getChildrenCount() > 0 ? 1 : 0;
  }

  @Override
  public void fill(Response.Builder response, long revision, boolean last, boolean more) {
    chunk.setRevision(revision).setMore(more);
    if (more) {
      chunk.setResume(new ResumeToken(false, true, revision, start).encode());
    }
    response.setChildren(chunk);
    chunk = ChildrenChunk.newBuilder();
  }
}
