package io.cairn.simulator.disk;

/** How an operation can fail. A write that fails may have been done in part. */
public enum DiskFault {
  EIO("Input/output error"),
  ENOSPC("No space left on device"),
  EROFS("Read-only file system");

  private final String message;

  DiskFault(String message) {
    this.message = message;
  }

  /** As the operating system words it. */
  public String message() {
    return message;
  }
}
