package io.cairn.storage;

/**
 * The disk, or what was read from it, can no longer be trusted: the node stops (Broken). Never caught below the node, never
 * answered by a second try: after a failed sync nothing is known of what the file holds (ST-01).
 */
public final class StorageFailure extends RuntimeException {
  private static final long serialVersionUID = 1L;
  /** What is left to do where a node cannot make up by itself for what its disk has lost. */
  public static final String REPLACE = "This node cannot mend that. Replace it by a new node, under a new name and with an empty data directory"
      + " (kvctl member replace), or put back a copy of its whole data directory that was made since it last ran";

  /** Why, as far as an exit status tells it apart. */
  public enum Kind {
    /** A read, write or sync failed. */
    DISK,
    /** Bytes that were written and synced read back wrong. */
    CORRUPT,
    /** The same, and what was lost cannot be made up for here: this node's directory is to be replaced. Nothing was changed. */
    UNMENDABLE,
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
