package io.cairn.storage.engine;

/** The column families. The name stands on disk and never changes. */
public enum Family {
  /** The newest version of each live key: {@code (store, key)}. */
  NEWEST("newest"),
  /** Keys that are deleted now, with the revision of the delete: {@code (store, key)}. */
  DELETED("deleted"),
  /** What changed, in order: {@code (store, revision, ordinal)}. */
  EVENTS("events"),
  /** Everything small: applied indexes, replicas, clients, leases, settings. */
  SMALL("small");

  private final String diskName;

  Family(String diskName) {
    this.diskName = diskName;
  }

  public String diskName() {
    return diskName;
  }
}
