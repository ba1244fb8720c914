package io.cairn.client.recipes;

import io.cairn.client.ByteSeq;
import io.cairn.client.KeyRange;
import io.cairn.client.PutResult;
import io.cairn.client.RangeOptions;
import io.cairn.client.RangeResult;
import io.cairn.client.Txn;
import io.cairn.client.TxnResult;
import io.cairn.client.WatchListener;
import io.cairn.client.WatchOptions;
import java.time.Duration;
import java.util.concurrent.CompletionStage;

/** What recipes ask of the store; nothing waits. A stage fails with a {@link io.cairn.client.KvException}. */
interface Store {

  CompletionStage<RangeResult> range(KeyRange range, RangeOptions options);

  CompletionStage<TxnResult> txn(Txn txn);

  /** Puts a key under a lease of its own, which has so long to live. */
  CompletionStage<PutResult> put(ByteSeq key, ByteSeq value, Duration ttl);

  /** Whether the lease was alive; then its time has begun anew. */
  CompletionStage<Boolean> renew(long lease);

  /** @return ends the watch */
  Runnable watch(KeyRange range, WatchOptions options, WatchListener listener);
}
