package io.cairn.client;

import java.util.List;
import java.util.Objects;

/**
 * What a watch shows at once. Batches follow each other without a gap: each begins where the one before it ended. Events are in the order of
 * their revisions, and those of one revision are never in two batches.
 *
 * @param previousRevision up to here everything was shown before
 * @param revision with this batch everything is shown up to here: a watch from the revision behind it misses nothing
 */
public record WatchBatch(Kind kind, long previousRevision, long revision, List<WatchEvent> events) {

  /** What a batch is. */
  public enum Kind {
    /** What happened since. */
    EVENTS,
    /** Nothing happened. Also the first batch of a watch that begins now or at a revision: it stands. */
    PROGRESS,
    /** Some of the keys that live at {@link WatchBatch#revision()}, in their order, as puts; more follow. Of a watch with its initial state. */
    STATE,
    /** The state has come whole. */
    SYNCED,
    /**
     * What is different from what was shown before, in the order of keys, after the events in between could not be shown: puts of keys that
     * changed, deletes of keys that are gone. More follow, then {@link #SYNCED}.
     */
    RESYNC
  }

  public WatchBatch {
    Objects.requireNonNull(kind, "kind");
    events = List.copyOf(events);
  }
}
