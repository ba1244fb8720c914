package io.cairn.storage.mvcc;

import java.util.Arrays;

/**
 * What a transaction asks before it decides. Over a range it must hold for every key in it, so it holds for an empty one.
 *
 * @param start the key, or the first of the range
 * @param end exclusive; null for the key {@code start} alone
 * @param number what is compared with, except with {@link Target#VALUE}; with {@link Target#EXISTS} 1 for there and 0 for not
 * @param value with {@link Target#VALUE} what is compared with, else null
 */
public record Comparison(Target target, Relation relation, byte[] start, byte[] end, long number, byte[] value) {

  /** What of a key is compared. */
  public enum Target {
    /** Of a key that is not there no comparison holds. */
    VALUE,
    /** These four are 0 for a key that is not there. */
    VERSION,
    CREATE,
    MOD,
    LEASE,
    /** Over a range: whether there is a key in it at all. */
    EXISTS,
    /** How many keys are there. */
    COUNT
  }

  /** How what is stored shall relate to what was given. Bytes compare unsigned, numbers as they are. */
  public enum Relation {
    EQUAL,
    NOT_EQUAL,
    LESS,
    LESS_OR_EQUAL,
    GREATER,
    GREATER_OR_EQUAL;

    boolean holds(int order) {
      return switch (this) {
        case EQUAL -> order == 0;
        case NOT_EQUAL -> order != 0;
        case LESS -> order < 0;
        case LESS_OR_EQUAL -> order <= 0;
        case GREATER -> order > 0;
        case GREATER_OR_EQUAL -> order >= 0;
      };
    }
  }

  /** Whether it holds of one key; {@code version} null for one that is not there. */
  boolean holdsOf(Version version) {
    return switch (target) {
      case VALUE -> version != null && relation.holds(Arrays.compareUnsigned(version.value(), value));
      case VERSION -> holds(version == null ? 0 : version.version());
      case CREATE -> holds(version == null ? 0 : version.create());
      case MOD -> holds(version == null ? 0 : version.mod());
      case LEASE -> holds(version == null ? 0 : version.lease());
      case EXISTS, COUNT -> holds(version == null ? 0 : 1);
    };
  }

  boolean holds(long stored) {
    return relation.holds(Long.compare(stored, number));
  }
}
