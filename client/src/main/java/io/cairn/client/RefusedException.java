package io.cairn.client;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

/** The call certainly had no effect, and will have none later. It may be made again, once {@link #advice()} is followed. */
public final class RefusedException extends KvException {

  private static final long serialVersionUID = 1;

  private final RefusedCode code;
  private final long revision;
  private final transient ByteSeq border;
  private final Duration retryAfter;

  public RefusedException(RefusedCode code, String message) {
    this(code, message, 0, null, Duration.ZERO);
  }

  /**
   * @param revision with {@link RefusedCode#COMPACTED} the oldest revision kept, else 0
   * @param border with {@link RefusedCode#RANGE_CROSSES_SHARDS} where the next shard begins, else null
   * @param retryAfter with {@link RefusedCode#OVERLOADED} when to come back, else zero
   */
  public RefusedException(RefusedCode code, String message, long revision, ByteSeq border, Duration retryAfter) {
    super(message, null);
    this.code = Objects.requireNonNull(code, "code");
    this.revision = revision;
    this.border = border;
    this.retryAfter = retryAfter;
  }

  private RefusedException(RefusedException original) {
    super(original.getMessage(), original);
    this.code = original.code;
    this.revision = original.revision;
    this.border = original.border;
    this.retryAfter = original.retryAfter;
  }

  /** Why, for programs. Never parse the message. */
  public RefusedCode code() {
    return code;
  }

  /** With {@link RefusedCode#COMPACTED} the oldest revision kept, else 0. */
  public long revision() {
    return revision;
  }

  /** With {@link RefusedCode#RANGE_CROSSES_SHARDS} where the next shard begins. */
  public Optional<ByteSeq> border() {
    return Optional.ofNullable(border);
  }

  /** With {@link RefusedCode#OVERLOADED} when to come back, else zero. */
  public Duration retryAfter() {
    return retryAfter;
  }

  @Override
  public String advice() {
    return code.advice();
  }

  /** The same with the calling thread's stack, so that a sync call shows where it was made. */
  RefusedException atCaller() {
    return new RefusedException(this);
  }
}
