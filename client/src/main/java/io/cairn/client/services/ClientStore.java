package io.cairn.client.services;

import io.cairn.client.ByteSeq;
import io.cairn.client.Compare;
import io.cairn.client.GetOptions;
import io.cairn.client.GetResult;
import io.cairn.client.KeyRange;
import io.cairn.client.KvClient;
import io.cairn.client.KvException;
import io.cairn.client.Session;
import io.cairn.client.SessionState;
import io.cairn.client.Txn;
import io.cairn.client.TxnOp;
import io.cairn.client.WatchListener;
import io.cairn.client.WatchOptions;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/** The store that a client reaches. */
final class ClientStore implements Store {
  private final KvClient client;

  ClientStore(KvClient client) {
    this.client = client;
  }

  @Override
  public CompletionStage<Hold> hold(Duration ttl, Consumer<SessionState> changes) {
    CompletableFuture<Hold> opened = new CompletableFuture<>();
    client.async().openSession(ttl).whenComplete((session, why) -> {
      if (why != null) {
        opened.completeExceptionally(why);
      } else {
        session.addListener((of, now) -> changes.accept(now));
        opened.complete(new SessionHold(session));
      }
    });
    return opened;
  }

  private record SessionHold(Session session) implements Hold {
    @Override
    public long lease() {
      return session.lease();
    }

    @Override
    public SessionState state() {
      return session.state();
    }

    @Override
    public Optional<KvException> cause() {
      return session.cause();
    }

    @Override
    public CompletionStage<Void> release() {
      return session.closeAsync();
    }
  }

  @Override
  public CompletionStage<GetResult> get(ByteSeq key) {
    return client.async().get(key, GetOptions.DEFAULT);
  }

  @Override
  public CompletionStage<OptionalLong> putIf(ByteSeq key, long modRevision, ByteSeq value, long lease) {
    CompletableFuture<OptionalLong> put = new CompletableFuture<>();
    Txn txn = Txn.ifAll(Compare.modRevision(key).equalTo(modRevision)).then(TxnOp.put(key, value).withLease(lease));
    client.async().txn(txn).whenComplete((result, why) -> {
      if (why != null) {
        put.completeExceptionally(why);
      } else {
        put.complete(result.succeeded() ? OptionalLong.of(result.revision()) : OptionalLong.empty());
      }
    });
    return put;
  }

  @Override
  public Runnable watch(KeyRange range, WatchOptions options, WatchListener listener) {
    return client.watch(range, options, listener)::close;
  }
}
