package io.cairn.storage.snapshot;

/**
 * A chunk that cannot be what its source sent: out of order, cut short, or with bits changed on the way (SN-15). Nothing of the
 * replica was touched; the caller gives the sink up and asks for the snapshot again, from the beginning.
 */
public final class BadSnapshotException extends Exception {
  private static final long serialVersionUID = 1L;

  public BadSnapshotException(String message) {
    super(message);
  }
}
