package io.cairn.storage;

/**
 * The disk, or what was read from it, can no longer be trusted: the node stops (Broken). Never caught below the node, never
 * answered by a second try: after a failed sync nothing is known of what the file holds (ST-01).
 */
public final class StorageFailure extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Why, as far as an exit status tells it apart. */
  public enum Kind {
    /** A read, write or sync failed. */
    DISK,
    /** Bytes that were written and synced read back wrong. */
    CORRUPT,
    /** Written by a newer version than this one; nothing was touched. */
    NEWER_FORMAT,
    /** The data directory belongs to another node or cluster, or another process holds it. */
    WRONG_DIRECTORY,
    /** The data directory belongs to a node that was removed from its cluster. */
    REMOVED
  }

  private final Kind kind;

  public StorageFailure(Kind kind, String message) {
    super(message);
    this.kind = kind;
  }

  public StorageFailure(Kind kind, String message, Throwable cause) {
    super(message, cause);
    this.kind = kind;
  }

  public Kind kind() {
    return kind;
  }
}
