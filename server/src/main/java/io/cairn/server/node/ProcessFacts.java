package io.cairn.server.node;

/** What the process knows of itself; in the simulator there is no process, and all of it is fixed. */
public interface ProcessFacts {

  /** Version of the software, such as {@code 0.1.0}. */
  String version();

  long processId();

  /** Resident memory, in bytes; 0 where it cannot be told. */
  long residentBytes();

  /** CPU time used since the start, in microseconds; 0 where it cannot be told. */
  long cpuMicros();

  /** Files and sockets it may have open at a time; {@link Long#MAX_VALUE} where nobody says. */
  default long openFilesMax() {
    return Long.MAX_VALUE;
  }
}
