package io.cairn.client;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

/**
 * How a lock, or what is built on one, is held.
 *
 * @param ttl how long it outlives this client at most, as of {@link KvClient#openSession(Duration)}; all locks of a client with one TTL share a session
 * @param session held under this one instead, whose end is then the caller's to see to
 * @param reentrant whether a thread that holds a {@link KvLock} may lock it again
 * @param owner what others are shown of who holds it or waits; at most 1,024 bytes
 */
public record LockOptions(Duration ttl, Optional<Session> session, boolean reentrant, String owner) {

  private static final int OWNER_BYTES_MAX = 1_024;

  /** 10 s, not reentrant. */
  public static final LockOptions DEFAULT = new LockOptions(Duration.ofSeconds(10), Optional.empty(), false, "");

  public LockOptions {
    Objects.requireNonNull(session, "session");
    if (ttl.compareTo(Leases.TTL_MIN) < 0 || ttl.compareTo(Leases.TTL_MAX) > 0) {
      throw new IllegalArgumentException("A lock's TTL is 1 s to 365 days, was " + ttl);
    }
    if (ByteSeq.utf8(owner).size() > OWNER_BYTES_MAX) {
      throw new IllegalArgumentException("What a lock's owner says of itself has at most " + OWNER_BYTES_MAX + " bytes");
    }
  }

  public LockOptions withTtl(Duration time) {
    return new LockOptions(time, session, reentrant, owner);
  }

  public LockOptions withSession(Session its) {
    return new LockOptions(its.ttl(), Optional.of(its), reentrant, owner);
  }

  public LockOptions withReentrance() {
    return new LockOptions(ttl, session, true, owner);
  }

  public LockOptions withOwner(String text) {
    return new LockOptions(ttl, session, reentrant, text);
  }
}
