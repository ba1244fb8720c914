package io.cairn.client;

import io.cairn.client.core.Operation;
import java.time.Duration;
import java.util.Optional;

/**
 * How a put is to be done.
 *
 * @param deadline instead of the client's
 * @param previous whether the answer is to show what was replaced
 * @param lease the key is deleted when this lease ends, unless it is put again under another or none; 0 for none
 * @param ttl the key is deleted after so long, unless it is put again before; not with a lease
 */
public record PutOptions(Optional<Duration> deadline, boolean previous, long lease, Optional<Duration> ttl) {

  public static final PutOptions DEFAULT = new PutOptions(Optional.empty(), false, 0, Optional.empty());

  public PutOptions {
    CallDeadlines.check(deadline);
  }

  public PutOptions withDeadline(Duration duration) {
    return new PutOptions(Optional.of(duration), previous, lease, ttl);
  }

  public PutOptions withPrevious() {
    return new PutOptions(deadline, true, lease, ttl);
  }

  /** Refused with {@link RefusedCode#LEASE_NOT_FOUND} when there is no such lease, or its end has begun. */
  public PutOptions withLease(long id) {
    return new PutOptions(deadline, previous, id, ttl);
  }

  /** 1 s to 365 days, by the clock of the server; each put of the key decides anew. */
  public PutOptions withTtl(Duration time) {
    return new PutOptions(deadline, previous, lease, Optional.of(time));
  }

  Operation.Put operation(ByteSeq key, ByteSeq value) {
    return new Operation.Put(key, value, previous, lease, ttl);
  }
}
