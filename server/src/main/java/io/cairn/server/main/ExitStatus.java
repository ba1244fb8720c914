package io.cairn.server.main;

import io.cairn.server.config.ConfigException;
import io.cairn.storage.StorageFailure;
import java.net.BindException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;

/** How {@code kvd} ended, for whoever starts it. A supervisor may start it again after any of these but the ones that need a person. */
public enum ExitStatus {
  /** Ended as told, by SIGTERM, SIGINT or because only a question was asked. */
  OK(0, "ended as told"),
  /** An invariant did not hold, or something was thrown that nobody expected: the node stopped rather than go on. */
  BROKEN(1, "internal error: the log has the reason"),
  /** Nothing was opened yet. */
  BAD_CONFIGURATION(2, "bad configuration or command line; every mistake is on standard error"),
  /** Of the heap: given by the JVM itself (-XX:+ExitOnOutOfMemoryError). Of direct memory: thrown by Java code, which that does not see. */
  OUT_OF_MEMORY(3, "out of memory"),
  /** A write, sync or read failed, or bytes read back wrong. What the disk holds is as it was. */
  DISK_FAILED(4, "the disk failed, or what was read from it is damaged"),
  /** Another node's or cluster's directory, one held by another process, or an empty one under a known name. */
  WRONG_DIRECTORY(5, "wrong data directory"),
  /** Nothing was touched. */
  NEWER_FORMAT(6, "the data directory was written by a newer version"),
  /** An address of the configuration is taken or is not this machine's. */
  PORT_IN_USE(7, "an address cannot be listened on"),
  /** Its data directory is of no more use. */
  REMOVED(8, "this node was removed from its cluster"),
  /** Of {@code kvd log}, which changes nothing: the problems are on standard output. */
  DAMAGED(9, "kvd log found something that must not be");

  private final int code;
  private final String meaning;

  ExitStatus(int code, String meaning) {
    this.code = code;
    this.meaning = meaning;
  }

  public int code() {
    return code;
  }

  public String meaning() {
    return meaning;
  }

  /** The status that tells why the node could not start or go on. */
  public static ExitStatus of(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      switch (cause) {
        case StorageFailure storage -> {
          return of(storage.kind());
        }
        case ConfigException _ -> {
          return BAD_CONFIGURATION;
        }
        case OutOfMemoryError _ -> {
          return OUT_OF_MEMORY;
        }
        case BindException _ -> {
          return PORT_IN_USE;
        }
        default -> { }
      }
    }
    return unwrapped(failure) instanceof java.io.IOException ? DISK_FAILED : BROKEN;
  }

  private static ExitStatus of(StorageFailure.Kind kind) {
    return switch (kind) {
      case DISK, CORRUPT, UNMENDABLE -> DISK_FAILED;
      case NEWER_FORMAT -> NEWER_FORMAT;
      case WRONG_DIRECTORY -> WRONG_DIRECTORY;
      case REMOVED -> REMOVED;
    };
  }

  private static Throwable unwrapped(Throwable failure) {
    boolean wrapper = failure instanceof CompletionException || failure instanceof ExecutionException;
    return wrapper && failure.getCause() != null ? unwrapped(failure.getCause()) : failure;
  }
}
