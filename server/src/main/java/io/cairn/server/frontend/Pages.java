package io.cairn.server.frontend;

import io.cairn.protocol.wire.Response;
import io.cairn.server.shard.ShardDescriptor;
import io.cairn.storage.mvcc.ShardStore;

/** What a {@link ReadStream} reads of each shard and how that becomes chunks. On the stream's loop, but for {@link Read#of}. */
interface Pages {

  /** How to go on behind a page. */
  enum Next { SAME_SHARD, NEXT_SHARD, FULL }

  /** The stream has come to this shard. */
  void enter(ShardDescriptor shard);

  /** What to read next. */
  Read next(long revision);

  /** Reads one page, on the scan loop: so it uses nothing that the stream changes. */
  interface Read {
    Page of(ShardStore store);
  }

  /** A page that was read. */
  interface Page {
    /** Takes it in, on the stream's loop: its chunk is the next to leave. */
    Next take();
  }

  /** Chunks that were taken in and have not left. */
  int chunks();

  /** Moves the first of them, or none, into a response. */
  void fill(Response.Builder response, long revision, boolean last, boolean more);
}
