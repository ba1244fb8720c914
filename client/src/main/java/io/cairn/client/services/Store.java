package io.cairn.client.services;

import io.cairn.client.ByteSeq;
import io.cairn.client.GetResult;
import io.cairn.client.KeyRange;
import io.cairn.client.KvException;
import io.cairn.client.SessionState;
import io.cairn.client.WatchListener;
import io.cairn.client.WatchOptions;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/** What registration and discovery ask of the store; nothing waits. A stage fails with a {@link io.cairn.client.KvException}. */
interface Store {

  /** A lease that is kept alive. */
  interface Hold {
    long lease();

    SessionState state();

    /** Why it was lost. */
    Optional<KvException> cause();

    /** Ends the lease; complete when its keys are gone, or the store was not reached. */
    CompletionStage<Void> release();
  }

  /** @param changes hears of each change of the hold's state */
  CompletionStage<Hold> hold(Duration ttl, Consumer<SessionState> changes);

  CompletionStage<GetResult> get(ByteSeq key);

  /**
   * Puts the value if the key was last changed at {@code modRevision}; 0: if it is not there. The revision of the put, or nothing when the key
   * was changed since.
   */
  CompletionStage<OptionalLong> putIf(ByteSeq key, long modRevision, ByteSeq value, long lease);

  /** @return ends the watch */
  Runnable watch(KeyRange range, WatchOptions options, WatchListener listener);
}
