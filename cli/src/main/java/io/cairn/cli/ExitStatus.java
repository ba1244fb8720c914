package io.cairn.cli;

import io.cairn.client.KvException;
import io.cairn.client.RefusedException;

/** What kvctl tells the shell. Scripts build on these numbers: they do not change. */
final class ExitStatus {

  static final int DONE = 0;
  /** No such key, or a condition that was not met. */
  static final int NOT_MET = 1;
  static final int REFUSED = 2;
  /** The outcome is unknown, or the time was up. */
  static final int UNKNOWN = 3;
  static final int BAD_INPUT = 4;
  static final int CANNOT_CONNECT = 5;

  private ExitStatus() {}

  static int of(KvException e) {
    if (!(e instanceof RefusedException refused)) {
      return UNKNOWN;
    }
    return switch (refused.code()) {
      case UNAVAILABLE, HANDSHAKE -> CANNOT_CONNECT;
      case DEADLINE, INTERRUPTED -> UNKNOWN;
      case KEY_EMPTY, KEY_TOO_LARGE, VALUE_TOO_LARGE, RANGE_INVERTED, BAD_REQUEST, FUTURE_REVISION, NO_SUCH_NODE -> BAD_INPUT;
      default -> REFUSED;
    };
  }
}
