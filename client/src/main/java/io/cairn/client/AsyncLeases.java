package io.cairn.client;

import io.cairn.client.core.LeaseHome;
import io.cairn.client.core.Operation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;

/** The calls of {@link Leases} without waiting: {@link AsyncKvClient#leases()}. */
public final class AsyncLeases {

  private final AsyncKvClient client;

  AsyncLeases(AsyncKvClient client) {
    this.client = client;
  }

  /** Grants a lease with an id of the server's choice. @param ttl 1 s to 365 days */
  public CompletionStage<Lease> grant(Duration ttl) {
    return client.start(new Operation.Grant(0, ttl), Optional.empty());
  }

  /** Grants a lease with this id; see {@link Leases#grant(long, Duration)}. */
  public CompletionStage<Lease> grant(long id, Duration ttl) {
    return client.start(new Operation.Grant(Leases.grantable(id), ttl), Optional.empty());
  }

  /** Ends a lease; complete when all its keys are gone. */
  public CompletionStage<Lease> revoke(long id) {
    return client.start(new Operation.Revoke(id), Optional.empty());
  }

  /** Renews leases; see {@link Leases#keepAlive(List)}. */
  public CompletionStage<List<LeaseRenewal>> keepAlive(List<Long> ids) {
    List<List<Long>> homes = LeaseHome.parts(ids);
    if (homes.size() < 2) {
      return client.start(new Operation.KeepAlive(List.copyOf(ids)), Optional.empty());
    }
    Map<Long, LeaseRenewal> renewed = new ConcurrentHashMap<>();
    List<CompletableFuture<Void>> parts = new ArrayList<>();
    CompletableFuture<List<LeaseRenewal>> all = new CompletableFuture<>();
    for (List<Long> home : homes) {
      CompletableFuture<Void> part = new CompletableFuture<>();
      parts.add(part);
      client.start(new Operation.KeepAlive(home), Optional.empty()).whenComplete((renewals, why) -> {
        if (why != null) {
          all.completeExceptionally(why);
        } else {
          renewals.forEach(renewal -> renewed.put(renewal.id(), renewal));
        }
        part.complete(null);
      });
    }
    CompletableFuture.allOf(parts.toArray(new CompletableFuture<?>[0])).thenRun(() -> {
      if (!all.isDone()) {
        all.complete(ids.stream().map(renewed::get).toList());
      }
    });
    return all;
  }

  /** What is left of a lease; see {@link Leases#timeToLive}. */
  public CompletionStage<LeaseDetails> timeToLive(long id, boolean keys) {
    return client.start(new Operation.TimeToLive(id, keys), Optional.empty());
  }

  /** Some thousands of the leases that were granted, with ids above {@code after}. */
  public CompletionStage<LeasePage> list(long after) {
    return client.start(new Operation.Leases(after), Optional.empty());
  }
}
