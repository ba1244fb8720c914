package io.cairn.client.recipes;

import io.cairn.client.ByteSeq;
import io.cairn.client.KeyRange;
import io.cairn.client.KvClient;
import io.cairn.client.PutOptions;
import io.cairn.client.PutResult;
import io.cairn.client.RangeOptions;
import io.cairn.client.RangeResult;
import io.cairn.client.Txn;
import io.cairn.client.TxnResult;
import io.cairn.client.WatchListener;
import io.cairn.client.WatchOptions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** The store that a client reaches. */
record ClientStore(KvClient client) implements Store {

  @Override
  public CompletionStage<RangeResult> range(KeyRange range, RangeOptions options) {
    return client.async().range(range, options);
  }

  @Override
  public CompletionStage<TxnResult> txn(Txn txn) {
    return client.async().txn(txn);
  }

  @Override
  public CompletionStage<PutResult> put(ByteSeq key, ByteSeq value, Duration ttl) {
    return client.async().put(key, value, PutOptions.DEFAULT.withTtl(ttl));
  }

  @Override
  public CompletionStage<Boolean> renew(long lease) {
    CompletableFuture<Boolean> renewed = new CompletableFuture<>();
    client.async().leases().keepAlive(List.of(lease)).whenComplete((renewals, why) -> {
      if (why != null) {
        renewed.completeExceptionally(why);
      } else {
        renewed.complete(renewals.get(0).isAlive());
      }
    });
    return renewed;
  }

  @Override
  public Runnable watch(KeyRange range, WatchOptions options, WatchListener listener) {
    return client.watch(range, options, listener)::close;
  }
}
