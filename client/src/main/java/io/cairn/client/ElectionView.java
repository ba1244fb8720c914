package io.cairn.client;

import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;

/** Tells who leads whenever that is another one, or says something else. */
final class ElectionView implements AutoCloseable {

  private final KvCache candidates;
  private final Function<List<KeyValue>, Optional<LeaderElection.Leader>> leader;
  private final Consumer<Optional<LeaderElection.Leader>> listener;
  private Optional<LeaderElection.Leader> told;

  ElectionView(KvClient client, KeyRange range, Function<List<KeyValue>, Optional<LeaderElection.Leader>> leader,
      Consumer<Optional<LeaderElection.Leader>> listener) {
    this.leader = leader;
    this.listener = listener;
    this.candidates = client.cache(range);
    candidates.listen(batch -> look());
    client.async().callbacks().execute(this::look); // What came before the listener did.
  }

  private synchronized void look() {
    if (candidates.revision() == 0 || candidates.state() == WatchState.CLOSED) {
      return;
    }
    Optional<LeaderElection.Leader> now = leader.apply(candidates.snapshot());
    if (!now.equals(told)) {
      told = now;
      listener.accept(now);
    }
  }

  @Override
  public void close() {
    candidates.close();
  }
}
