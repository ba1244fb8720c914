package io.cairn.client;

/** Why a call was refused, and what to do next. New codes may come with new versions: have a default in a switch. */
public enum RefusedCode {
  UNAVAILABLE("Check that the cluster runs and that the endpoints are right; then try again."),
  DEADLINE("Try again, or allow more time."),
  OVERLOADED("Come back later, with fewer calls at once."),
  BAD_REQUEST("Change the call; it will be refused again as it is."),
  KEY_EMPTY("Use a key of at least one byte."),
  KEY_TOO_LARGE("Use a key of at most 4,096 bytes."),
  VALUE_TOO_LARGE("Split the value, or raise the server's limit."),
  RANGE_INVERTED("Swap start and end."),
  RANGE_CROSSES_SHARDS("Allow parts, or delete up to the border and then from it."),
  FUTURE_REVISION("Use a revision that an answer has shown."),
  COMPACTED("Read at a newer revision; the oldest one kept is in the error."),
  NO_SUCH_NODE("Name a node of the cluster."),
  WATCH_LIMIT("Use another connection or node, or watch a range instead of its keys."),
  LEADER_STAYS("Choose another node, or see to it that this one is up and has caught up; then try again."),
  ANSWER_TOO_LARGE("Read in pages: with a limit, or with scan."),
  NOT_SUPPORTED("Use a server that knows this call."),
  TXN_CROSSES_SHARDS("Give keys that change together a tag in common, as in {order-7}/head and {order-7}/items."),
  TXN_TOO_LARGE("Do less in one transaction; the bounds are in the nodes' status."),
  TXN_WRITES_TWICE("Write each key once."),
  TXN_CONFLICT("Try again later, with fewer writers at once, or allow more tries."),
  NOT_A_NUMBER("Put a whole number first, in decimal text."),
  MEMBERS("Look at the members first; what cannot be now is said in the message."),
  LEASE_NOT_FOUND("Grant a lease; this one has ended, or never was."),
  LEASE_EXISTS("Choose another id, or let the server choose."),
  LEASE_LIMIT("Put more keys under one lease, or fewer; the message says which bound was met."),
  NO_SPACE("Make room on the disk that the message names, or delete keys and compact; then try again."),
  GUARD_PASSED("Stop: the lock that guards the write is another's now."),
  LOCK_GONE("Ask for the lock again; what was guarded by it has not been written."),
  MESSAGE_PASSED("Leave the message: it was delivered once more, or is gone; what was done for it may be done again."),
  HANDSHAKE("Use endpoints of the right cluster, with a server of a version this client speaks."),
  INTERRUPTED("The calling thread was interrupted; the call may be made again."),
  CLOSED("Use a client that is not closed."),
  INTERNAL("Report it: client and server disagree about a request.");

  private final String advice;

  RefusedCode(String advice) {
    this.advice = advice;
  }

  /** What to do next, in one sentence. */
  public String advice() {
    return advice;
  }
}
