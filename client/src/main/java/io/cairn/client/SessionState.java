package io.cairn.client;

/** How certain a {@link Session} is of its lease. */
public enum SessionState {
  /** The server has acknowledged a renewal lately: by this machine's clock the lease cannot have ended. */
  ACTIVE,
  /**
   * Renewals are overdue: less than a third of the TTL is left before the server may end the lease, or this machine stood still and that time
   * may be over. What must be done by one at a time is to stop now. It becomes ACTIVE again if the server says that the lease never ended.
   */
  AT_RISK,
  /** For good: the server said that the lease is gone, or has not answered for a whole TTL, or the client was closed. {@link Session#cause} says which. */
  LOST,
  /** For good: {@link Session#close} was called. */
  CLOSED;

  public boolean isFinal() {
    return this == LOST || this == CLOSED;
  }
}
