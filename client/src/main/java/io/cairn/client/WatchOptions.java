package io.cairn.client;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

/**
 * Where a watch begins, what it shows, and what becomes of it when it cannot keep up.
 *
 * @param revision where it begins; empty for now, or with the initial state
 * @param previous whether events carry the version that they replaced
 * @param progress how often it is told how far it is when nothing happens; by that it also notices a node that hears no leader any more
 * @param creditBytes events that may be on their way to it, or wait for its listener
 */
public record WatchOptions(
    Optional<Long> revision, boolean initialState, boolean previous, Show show, Duration progress, OnLag onLag, OnCompaction onCompaction,
    int creditBytes) {

  /** Which events are shown. */
  public enum Show { ALL, PUTS, DELETES }

  /** When it is slower than what happens, further than what the node holds in memory. */
  public enum OnLag {
    /** It is shown every event, later. */
    WAIT,
    /** It is shown what is different instead: {@link WatchBatch.Kind#RESYNC}. Only with the initial state. */
    RESYNC,
    /** Of the events of a key that it has missed, it may be shown the last one alone. */
    LATEST
  }

  /** When the events that it needs are compacted. */
  public enum OnCompaction {
    /** It fails, with {@link RefusedCode#COMPACTED} and the oldest revision at which it may begin. */
    FAIL,
    /** It is shown what is different instead: {@link WatchBatch.Kind#RESYNC}. Only with the initial state. */
    RESYNC
  }

  private static final Duration PROGRESS = Duration.ofSeconds(1);
  private static final int CREDIT_BYTES = 512 << 10;
  private static final Duration PROGRESS_MIN = Duration.ofMillis(100);
  private static final Duration PROGRESS_MAX = Duration.ofHours(1);

  public WatchOptions {
    Objects.requireNonNull(revision, "revision");
    Objects.requireNonNull(show, "show");
    Objects.requireNonNull(progress, "progress");
    Objects.requireNonNull(onLag, "onLag");
    Objects.requireNonNull(onCompaction, "onCompaction");
    require(revision.isEmpty() || revision.get() > 0,
        "a watch begins at revision 1 or later, was " + revision.orElse(0L) + "; what is to begin now says fromNow()");
    require(revision.isEmpty() || !initialState, "a watch with its initial state begins now, not at a revision");
    require(progress.compareTo(PROGRESS_MIN) >= 0 && progress.compareTo(PROGRESS_MAX) <= 0,
        "progress is told every 100 ms to every hour, was " + progress);
    require(creditBytes > 0, "a watch without credit is never shown anything; creditBytes was " + creditBytes);
    require(initialState || onLag != OnLag.RESYNC && onCompaction != OnCompaction.RESYNC,
        "a resync is a difference to what was shown: only a watch with its initial state knows that");
    require(show == Show.ALL || onLag != OnLag.RESYNC && onCompaction != OnCompaction.RESYNC,
        "a resync is a difference to what was shown: a watch that shows only some events cannot have it");
  }

  /** Everything that is acknowledged after the watch has come to stand. */
  public static WatchOptions fromNow() {
    return new WatchOptions(Optional.empty(), false, false, Show.ALL, PROGRESS, OnLag.WAIT, OnCompaction.FAIL, CREDIT_BYTES);
  }

  /**
   * Everything at and above {@code revision}; one above an answer's revision misses nothing of what happened after that answer.
   *
   * @throws IllegalArgumentException below 1: no revision means now
   */
  public static WatchOptions from(long revision) {
    return new WatchOptions(Optional.of(revision), false, false, Show.ALL, PROGRESS, OnLag.WAIT, OnCompaction.FAIL, CREDIT_BYTES);
  }

  /** The keys that live now, then everything that happens after. */
  public static WatchOptions withInitialState() {
    return new WatchOptions(Optional.empty(), true, false, Show.ALL, PROGRESS, OnLag.WAIT, OnCompaction.FAIL, CREDIT_BYTES);
  }

  public WatchOptions withPrevious() {
    return new WatchOptions(revision, initialState, true, show, progress, onLag, onCompaction, creditBytes);
  }

  public WatchOptions showing(Show what) {
    return new WatchOptions(revision, initialState, previous, what, progress, onLag, onCompaction, creditBytes);
  }

  public WatchOptions withProgress(Duration every) {
    return new WatchOptions(revision, initialState, previous, show, every, onLag, onCompaction, creditBytes);
  }

  public WatchOptions onLag(OnLag what) {
    return new WatchOptions(revision, initialState, previous, show, progress, what, onCompaction, creditBytes);
  }

  public WatchOptions onCompaction(OnCompaction what) {
    return new WatchOptions(revision, initialState, previous, show, progress, onLag, what, creditBytes);
  }

  public WatchOptions withCredit(int bytes) {
    return new WatchOptions(revision, initialState, previous, show, progress, onLag, onCompaction, bytes);
  }

  private static void require(boolean holds, String message) {
    if (!holds) {
      throw new IllegalArgumentException(message);
    }
  }
}
