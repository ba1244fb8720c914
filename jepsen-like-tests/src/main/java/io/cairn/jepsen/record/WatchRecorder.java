package io.cairn.jepsen.record;

import io.cairn.client.KeyRange;
import io.cairn.client.KvException;
import io.cairn.client.RefusedException;
import io.cairn.client.WatchBatch;
import io.cairn.client.WatchEvent;
import io.cairn.client.WatchListener;
import io.cairn.client.WatchOptions;
import io.cairn.client.WatchState;
import io.cairn.jepsen.history.Change;
import io.cairn.jepsen.history.Event;
import io.cairn.jepsen.history.HistoryRecorder;
import io.cairn.jepsen.history.Version;
import io.cairn.jepsen.history.WatchSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/** A watch of which everything is written down that it is given. The listener of one watch. */
public final class WatchRecorder implements WatchListener {
  private final ClientWords words = new ClientWords(value -> value);
  private final HistoryRecorder recorder;
  private final long watch;
  private final List<Change> resync = new ArrayList<>();
  private final AtomicInteger reconnects = new AtomicInteger();
  private boolean begun;
  private boolean synced;
  private volatile long upTo;
  private volatile WatchState state = WatchState.CONNECTING;

  /** @param session whose watch it is: no other session's that makes calls */
  public WatchRecorder(HistoryRecorder recorder, int session, KeyRange range, WatchOptions options) {
    this.recorder = recorder;
    this.watch = recorder.opened(session, new WatchSpec(range.start().utf8(), ClientWords.end(range), options.revision().orElse(0L),
        options.initialState(), options.previous(), options.show() != WatchOptions.Show.DELETES, options.show() != WatchOptions.Show.PUTS,
        options.onLag() == WatchOptions.OnLag.LATEST));
  }

  /** Everything up to it was given. */
  public long upTo() {
    return upTo;
  }

  public WatchState state() {
    return state;
  }

  /** How often it lost its node or connection. */
  public int reconnects() {
    return reconnects.get();
  }

  /** Where it is, for messages: {@code "ACTIVE up to 20064, 3 reconnects"}. */
  @Override
  public String toString() {
    return state + " up to " + upTo + ", " + reconnects + " reconnects";
  }

  /** Its owner has ended it. */
  public void cancelled() {
    recorder.add(at -> new Event.Closed(at, watch, "CANCELLED", 0));
  }

  @Override
  public void batch(WatchBatch batch) {
    List<Change> changes = batch.events().stream().map(this::change).toList();
    switch (batch.kind()) {
      case STATE -> recorder.add(at -> new Event.Initial(at, watch, batch.events().stream().map(event -> words.version(event.kv())).toList()));
      case RESYNC -> resync.addAll(changes);
      case SYNCED -> synced(batch.revision());
      case EVENTS, PROGRESS -> happened(batch, changes);
    }
    if (batch.kind() != WatchBatch.Kind.STATE && batch.kind() != WatchBatch.Kind.RESYNC) {
      upTo = batch.revision();
    }
  }

  private void synced(long revision) {
    if (synced) {
      List<Change> different = List.copyOf(resync);
      resync.clear();
      recorder.add(at -> new Event.Resynced(at, watch, revision, different));
    } else {
      recorder.add(at -> new Event.Synced(at, watch, revision));
    }
    synced = true;
  }

  private void happened(WatchBatch batch, List<Change> changes) {
    if (!begun) {
      begun = true;
      recorder.add(at -> new Event.Began(at, watch, batch.previousRevision()));
    }
    if (!changes.isEmpty()) {
      recorder.add(at -> new Event.Delivered(at, watch, batch.previousRevision(), changes));
    }
    recorder.add(at -> new Event.Progress(at, watch, batch.revision()));
  }

  private Change change(WatchEvent event) {
    Optional<Version> now = event.isPut() ? Optional.of(words.version(event.kv())) : Optional.empty();
    return new Change(event.revision(), event.kv().keyUtf8(), now, event.previous().map(words::version));
  }

  @Override
  public void stateChanged(WatchState now, Optional<KvException> why) {
    if (now == WatchState.RECONNECTING) {
      reconnects.incrementAndGet();
    } else if (now == WatchState.FAILED) {
      RefusedException refused = (RefusedException) why.orElseThrow();
      recorder.add(at -> new Event.Closed(at, watch, refused.code().name(), refused.revision()));
    }
    state = now;
  }
}
