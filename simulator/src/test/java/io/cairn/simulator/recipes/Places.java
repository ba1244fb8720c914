package io.cairn.simulator.recipes;

import io.cairn.client.ByteSeq;
import io.cairn.client.KeyRange;
import io.cairn.client.KeyValue;
import io.cairn.client.KvException;
import io.cairn.client.WatchBatch;
import io.cairn.client.WatchEvent;
import io.cairn.client.WatchOptions;
import io.cairn.client.WatchState;
import io.cairn.client.core.WatchCall;
import io.cairn.client.core.WatchSink;
import io.cairn.simulator.cluster.SimClient;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;

/** The keys with a prefix as a watch shows them, whole revisions at a time, as {@code KvCache} does. */
final class Places implements WatchSink {
  private final String prefix;
  private final Consumer<Collection<KeyValue>> listener;
  private final TreeMap<String, KeyValue> keys = new TreeMap<>();
  /** Parts of a difference whose end has not come. */
  private final List<WatchEvent> heldBack = new ArrayList<>();
  private final SimClient client;
  private WatchCall call;

  Places(SimClient client, String prefix, Consumer<Collection<KeyValue>> listener) {
    this.client = client;
    this.prefix = prefix;
    this.listener = listener;
  }

  void begin() {
    call = client.watch(KeyRange.prefix(ByteSeq.utf8(prefix)),
        WatchOptions.withInitialState().onCompaction(WatchOptions.OnCompaction.RESYNC).onLag(WatchOptions.OnLag.RESYNC), this);
    call.start();
  }

  @Override
  public void batch(WatchBatch batch, long bytes) {
    switch (batch.kind()) {
      case STATE, RESYNC -> heldBack.addAll(batch.events());
      case SYNCED -> {
        heldBack.addAll(batch.events());
        heldBack.forEach(this::apply);
        heldBack.clear();
        listener.accept(keys.values());
      }
      case EVENTS -> {
        batch.events().forEach(this::apply);
        listener.accept(keys.values());
      }
      case PROGRESS -> { }
    }
    call.taken(bytes);
  }

  private void apply(WatchEvent event) {
    if (event.isPut()) {
      keys.put(event.kv().keyUtf8(), event.kv());
    } else {
      keys.remove(event.kv().keyUtf8());
    }
  }

  @Override
  public void state(WatchState state, Optional<KvException> why) {
    if (state == WatchState.FAILED) {
      throw new IllegalStateException("a watch that mends itself has failed", why.orElse(null));
    }
  }
}
