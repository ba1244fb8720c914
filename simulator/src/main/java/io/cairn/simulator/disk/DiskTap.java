package io.cairn.simulator.disk;

/**
 * Sees each operation just before it happens. It may kill the process: then the operation does not happen, which is how a crash is
 * put at one exact place.
 */
@FunctionalInterface
public interface DiskTap {

  /** {@code offset} and {@code length} are 0 where the operation has none. */
  void before(DiskOperation operation, String path, long offset, int length);
}
