package io.cairn.client.recipes;

import io.cairn.client.ByteSeq;
import io.cairn.client.Txn;
import io.cairn.client.TxnOp;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Ids that no two ever get, from 1 on: {@link Recipes#sequence}. They are taken from the store in blocks, one request for each, and handed out from memory;
 * so ids of one client grow, ids of several clients interleave by blocks, and a block that its client did not use up is a gap for good.
 *
 * <p>A block that the store was asked for and nobody heard of is never handed out: that call ends with an
 * {@link io.cairn.client.UnknownOutcomeException}, and the next one asks for another block. Under the key stands the last id given, in decimal text; who
 * sets it back has ids given twice. Safe for any number of threads; make one and share it.
 */
public final class KvSequence {
  /** A block of this size is lost with a client; nobody counts on more. */
  static final int BLOCK_MAX = 1_000_000;

  private final Store store;
  private final ByteSeq key;
  private final int block;
  private final ArrayDeque<CompletableFuture<Long>> waiting = new ArrayDeque<>();
  /** What is left of the blocks: from {@code next} to {@code last}. */
  private long next = 1;
  private long last;
  private boolean asking;

  KvSequence(Store store, ByteSeq key, int block) {
    if (block < 1 || block > BLOCK_MAX) {
      throw new IllegalArgumentException("A block of a sequence has 1 to " + BLOCK_MAX + " ids, not " + block);
    }
    this.store = store;
    this.key = key;
    this.block = block;
  }

  public ByteSeq key() {
    return key;
  }

  /** An id that nobody has had. At most one call in each block waits for the store. */
  public long next() {
    return Answers.of(nextAsync());
  }

  /** As {@link #next}, without waiting. Those who ask are served in order. */
  public CompletionStage<Long> nextAsync() {
    CompletableFuture<Long> id = new CompletableFuture<>();
    synchronized (waiting) {
      if (waiting.isEmpty() && next <= last) {
        id.complete(next++);
        return id;
      }
      waiting.add(id);
      if (asking) {
        return id;
      }
      asking = true;
    }
    ask();
    return id;
  }

  /** Asks for a block, or for as many ids as are waited for if that is more. */
  private void ask() {
    int size;
    synchronized (waiting) {
      size = Math.min(BLOCK_MAX, Math.max(block, waiting.size()));
    }
    store.txn(Txn.of(TxnOp.add(key, size))).whenComplete((done, why) -> {
      if (why != null) {
        failed(Answers.asRuntime(why));
      } else {
        given(done.sum(0), size);
      }
    });
  }

  /** What is found out late is not the concern of who asks next: all who waited are told, and the next one asks anew. */
  private void failed(RuntimeException why) {
    List<CompletableFuture<Long>> told;
    synchronized (waiting) {
      told = List.copyOf(waiting);
      waiting.clear();
      asking = false;
    }
    told.forEach(each -> each.completeExceptionally(why));
  }

  private void given(long end, int size) {
    List<Runnable> told = new ArrayList<>();
    boolean more;
    synchronized (waiting) {
      next = end - size + 1;
      last = end;
      while (next <= last && !waiting.isEmpty()) {
        CompletableFuture<Long> first = waiting.poll();
        long id = next++;
        told.add(() -> first.complete(id));
      }
      more = !waiting.isEmpty();
      asking = more;
    }
    if (more) {
      ask(); // First: whoever is told may wait for another id, then and there.
    }
    told.forEach(Runnable::run);
  }
}
