package io.cairn.simulator.disk;

/** What a process can ask of a disk. */
public enum DiskOperation {
  LIST,
  OPEN,
  CREATE,
  READ,
  WRITE,
  TRUNCATE,
  SYNC,
  RENAME,
  DELETE,
  CREATE_DIRECTORY,
  SYNC_DIRECTORY
}
