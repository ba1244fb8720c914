package io.cairn.client.core;

import com.google.protobuf.InvalidProtocolBufferException;
import io.cairn.client.ByteSeq;
import io.cairn.client.KeyValue;
import io.cairn.client.WatchBatch.Kind;
import io.cairn.client.WatchEvent;
import io.cairn.client.WatchOptions;
import io.cairn.protocol.wire.RangeChunk;
import io.cairn.protocol.wire.WatchBatch;
import io.cairn.protocol.wire.WatchRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What a watch has shown, through all the nodes that served it: from here it asks to go on, and what does not fit is not shown. One that
 * may be shown a difference remembers which keys it has shown, and the revision of each.
 */
final class WatchPlace {
  private final WatchOptions options;
  private final WatchSink sink;
  private final WatchParts parts = new WatchParts();
  /** Everything up to it was shown; meaningful once {@link #begun}. */
  private long revision;
  private boolean begun;
  /** A state is on its way: of which revision (0: none has come yet), and up to which key it was shown. */
  private boolean inState;
  private long stateRevision;
  private ByteSeq stateUpTo;
  /** The state is shown as the difference to what is known. */
  private boolean resync;
  /** Each key shown with its mod revision; null when no difference will be wanted. */
  private final TreeMap<ByteSeq, Long> known;

  WatchPlace(WatchOptions options, WatchSink sink) {
    this.options = options;
    this.sink = sink;
    this.inState = options.initialState();
    boolean remembers = options.onCompaction() == WatchOptions.OnCompaction.RESYNC || options.onLag() == WatchOptions.OnLag.RESYNC;
    this.known = remembers ? new TreeMap<>() : null;
    options.revision().ifPresent(first -> {
      revision = first - 1;
      begun = true;
    });
  }

  /** Whatever was not whole will come again. */
  void connectionChanged() {
    parts.clear();
  }

  /** Where it wants to begin now. */
  void from(WatchRequest.Builder request) {
    if (inState) {
      WatchRequest.InitialState.Builder state = WatchRequest.InitialState.newBuilder().setRevision(stateRevision);
      request.setInitialState(stateUpTo == null ? state : state.setBehind(Wire.byteString(stateUpTo)));
    } else if (begun) {
      request.setFromRevision(revision + 1);
    } else {
      request.setFromNow(WatchRequest.FromNow.getDefaultInstance());
    }
  }

  long revision() {
    return revision;
  }

  boolean inState() {
    return inState;
  }

  /** Whether it may be shown what is different, instead of what happened. */
  boolean mayResync() {
    return known != null;
  }

  /** What happened in between is lost to it. */
  void resync() {
    inState = true;
    resync = true;
    stateRevision = 0;
    stateUpTo = null;
  }

  /** Something came that does not follow what was shown. */
  static final class Misfit extends Exception {
    private static final long serialVersionUID = 1;

    Misfit(String what) {
      super(what, null, false, false);
    }
  }

  // A state.

  void take(RangeChunk page, long bytes) throws Misfit {
    if (!inState || stateRevision != 0 && page.getRevision() != stateRevision) {
      throw new Misfit("it sent a state of revision " + page.getRevision() + (inState ? " after a part of " + stateRevision : ""));
    }
    stateRevision = page.getRevision();
    List<WatchEvent> events = new ArrayList<>();
    for (int i = 0; i < page.getKvsCount(); i++) {
      KeyValue kv = Wire.keyValue(page.getKvs(i));
      if (stateUpTo != null && kv.key().compareTo(stateUpTo) <= 0) {
        throw new Misfit("the state went back from " + stateUpTo + " to " + kv.key());
      }
      gone(stateUpTo, Optional.of(kv.key()), events);
      stateUpTo = kv.key();
      Long before = known == null ? null : known.put(kv.key(), kv.modRevision());
      if (before == null || before != kv.modRevision()) {
        events.add(new WatchEvent(WatchEvent.Type.PUT, kv.modRevision(), kv, Optional.empty()));
      }
    }
    if (options.show() == WatchOptions.Show.DELETES || events.isEmpty()) {
      sink.taken(bytes);
    } else {
      sink.batch(new io.cairn.client.WatchBatch(resync ? Kind.RESYNC : Kind.STATE, revision, stateRevision, events), bytes);
    }
  }

  /** Keys known between two that the state shows, both excluded, are gone. */
  private void gone(ByteSeq after, Optional<ByteSeq> before, List<WatchEvent> events) {
    if (known == null || known.isEmpty()) {
      return;
    }
    Map<ByteSeq, Long> between = after == null ? known : known.tailMap(after, false);
    var keys = new ArrayList<ByteSeq>();
    for (ByteSeq key : between.keySet()) {
      if (before.isPresent() && key.compareTo(before.get()) >= 0) {
        break;
      }
      keys.add(key);
    }
    for (ByteSeq key : keys) {
      known.remove(key);
      events.add(new WatchEvent(WatchEvent.Type.DELETE, stateRevision, new KeyValue(key, ByteSeq.EMPTY, 0, stateRevision, 0, 0),
          Optional.empty()));
    }
  }

  /** Whether this was a resync. */
  private boolean synced(long at) throws Misfit {
    if (!inState || stateRevision != 0 && at != stateRevision) {
      throw new Misfit("it called a state of revision " + at + " whole" + (inState ? ", of which parts were of " + stateRevision : ""));
    }
    stateRevision = at;
    List<WatchEvent> events = new ArrayList<>();
    gone(stateUpTo, Optional.empty(), events);
    if (!events.isEmpty()) {
      sink.batch(new io.cairn.client.WatchBatch(Kind.RESYNC, revision, at, events), 0);
    }
    sink.batch(new io.cairn.client.WatchBatch(Kind.SYNCED, revision, at, List.of()), 0);
    boolean wasResync = resync;
    revision = at;
    begun = true;
    inState = false;
    resync = false;
    return wasResync;
  }

  // Events.

  /**
   * Takes a part in, and shows the batch if it is whole.
   *
   * @return whether the state has come whole with it, as a difference
   */
  boolean take(WatchBatch part) throws Misfit {
    if (part.getSynced()) {
      return synced(part.getRevision());
    }
    if (inState) {
      throw new Misfit("it sent events before the state was whole");
    }
    if (!begun) {
      begun = true;
      revision = part.getPreviousRevision();
    }
    if (part.getPreviousRevision() != revision || part.getRevision() < revision) {
      throw new Misfit("it went on from revision " + part.getPreviousRevision() + " to " + part.getRevision() + ", and revision " + revision
          + " is the last one shown");
    }
    try {
      parts.add(part);
    } catch (InvalidProtocolBufferException e) {
      throw new Misfit("it sent what cannot be read: " + e.getMessage());
    }
    if (!part.getMore()) {
      show(part.getRevision());
    }
    return false;
  }

  private void show(long upTo) throws Misfit {
    long bytes = parts.bytes();
    List<WatchEvent> events = parts.take();
    long last = revision + 1;
    for (WatchEvent event : events) {
      if (event.revision() < last || event.revision() > upTo) {
        throw new Misfit("an event of revision " + event.revision() + " came between " + last + " and " + upTo);
      }
      last = event.revision();
    }
    long before = revision;
    revision = upTo;
    if (known != null) {
      remember(events);
    }
    sink.batch(new io.cairn.client.WatchBatch(events.isEmpty() ? Kind.PROGRESS : Kind.EVENTS, before, upTo, events), bytes);
  }

  private void remember(List<WatchEvent> events) {
    for (WatchEvent event : events) {
      if (event.isPut()) {
        known.put(event.key(), event.revision());
      } else {
        known.remove(event.key());
      }
    }
  }
}
