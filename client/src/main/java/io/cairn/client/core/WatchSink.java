package io.cairn.client.core;

import io.cairn.client.KvException;
import io.cairn.client.WatchBatch;
import io.cairn.client.WatchState;
import java.util.Optional;

/** Where what a watch shows goes, on the client's loop. */
public interface WatchSink {

  /** @param bytes to be given back with {@link WatchCall#taken} once it was taken */
  void batch(WatchBatch batch, long bytes);

  /** The same for what turned out to hold nothing to be shown. */
  default void taken(long bytes) {}

  void state(WatchState state, Optional<KvException> why);
}
