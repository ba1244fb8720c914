package io.cairn.client.recipes;

import io.cairn.client.ByteSeq;
import io.cairn.client.KvClient;
import io.cairn.client.seams.ClientSeams;

/**
 * What processes agree by, made of transactions, watches and leases: {@code client.recipes()}. Asking for one asks nobody yet. Semantics, bounds and errors are in
 * {@code docs/coordination.md}; locks, read-write locks, semaphores and elections are the client's own.
 *
 * <p>What waits here for an answer keeps its thread until a thread of the client's callbacks brings it. The client's own threads make room for that; an executor
 * given to {@code KvClient.Builder.callbacks} needs more threads than callbacks that wait at a time, or they wait for each other.
 */
public final class Recipes {
  private static final int BLOCK = 100;

  private final KvClient client;
  private final Store store;
  private final ClientSeams seams;

  public Recipes(KvClient client, ClientSeams seams) {
    this.client = client;
    this.store = new ClientStore(client);
    this.seams = seams;
  }

  /** The number under that key. */
  public KvLong atomicLong(String key) {
    return new KvLong(client, ByteSeq.utf8(key));
  }

  /** As {@link #sequence(String, int)} with blocks of 100. */
  public KvSequence sequence(String key) {
    return sequence(key, BLOCK);
  }

  /** The sequence of ids under that key. @param block how many ids are taken from the store at once, and lost with a client: 1 to 1,000,000 */
  public KvSequence sequence(String key, int block) {
    return new KvSequence(store, ByteSeq.utf8(key), block);
  }

  /** The latch of that name. */
  public KvLatch latch(String name) {
    return new KvLatch(store, seams, name);
  }

  /** The barrier of that name. @param parties how many participants, the same for all who use it: 1 to 4,000 */
  public KvBarrier barrier(String name, int parties) {
    return new KvBarrier(store, seams, name, parties);
  }

  /** As {@link #queue(String, QueueOptions)} with what is usual. */
  public KvQueue queue(String name) {
    return queue(name, QueueOptions.DEFAULT);
  }

  /** The queue of that name. */
  public KvQueue queue(String name, QueueOptions options) {
    return new KvQueue(store, seams, name, options);
  }
}
