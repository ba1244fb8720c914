package io.cairn.client;

import io.cairn.client.core.Operation;
import java.util.Objects;
import java.util.Optional;

/**
 * The keys from {@code start}, which is in it, to {@code end}, which is not. Without an end it goes on to the last key.
 *
 * @param start the first key; empty is before every key
 * @param end the first key that is no longer in it
 */
public record KeyRange(ByteSeq start, Optional<ByteSeq> end) {

  public KeyRange {
    Objects.requireNonNull(start, "start");
    Objects.requireNonNull(end, "end");
  }

  public static KeyRange all() {
    return new KeyRange(ByteSeq.EMPTY, Optional.empty());
  }

  /** Every key that begins with {@code prefix}; an empty one is every key. */
  public static KeyRange prefix(ByteSeq prefix) {
    return new KeyRange(prefix, prefix.prefixEnd());
  }

  /** Every key that begins with {@code prefix}, in UTF-8. */
  public static KeyRange prefix(String prefix) {
    return prefix(ByteSeq.utf8(prefix));
  }

  /** From {@code start} to before {@code end}. One that ends before it starts is refused with {@link RefusedCode#RANGE_INVERTED}. */
  public static KeyRange of(ByteSeq start, ByteSeq end) {
    return new KeyRange(start, Optional.of(end));
  }

  /** From {@code start} to before {@code end}, both in UTF-8. */
  public static KeyRange of(String start, String end) {
    return of(ByteSeq.utf8(start), ByteSeq.utf8(end));
  }

  /** From {@code start} to the last key. */
  public static KeyRange from(ByteSeq start) {
    return new KeyRange(start, Optional.empty());
  }

  /** The range of {@code key} alone. */
  public static KeyRange single(ByteSeq key) {
    return of(key, firstAfter(key));
  }

  /** Where the keys behind {@code key} begin: no key and no bound is longer than 4,096 bytes, so behind such a key nothing extends it. */
  public static ByteSeq firstAfter(ByteSeq key) {
    return key.size() < Operation.KEY_BYTES_MAX ? key.successor() : key.prefixEnd().orElseGet(key::successor);
  }

  public boolean contains(ByteSeq key) {
    return start.compareTo(key) <= 0 && (end.isEmpty() || key.compareTo(end.get()) < 0);
  }

  /** Whether it ends before it starts, which nobody can have meant. */
  public boolean isInverted() {
    return end.isPresent() && end.get().compareTo(start) < 0;
  }

  @Override
  public String toString() {
    return "[" + start + ", " + end.map(ByteSeq::toString).orElse("…") + ")";
  }
}
