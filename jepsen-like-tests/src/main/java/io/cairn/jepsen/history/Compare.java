package io.cairn.jepsen.history;

/**
 * A condition of a transaction on one key. Of a key that does not exist, version, create and mod revision and lease are 0, and no value
 * compares.
 *
 * @param operand a number, or the value
 */
public record Compare(String key, Field field, Relation relation, String operand) {

  public enum Field {
    VALUE,
    VERSION,
    CREATE,
    MOD,
    LEASE
  }

  public enum Relation {
    EQUAL,
    NOT_EQUAL,
    LESS,
    GREATER
  }

  public static Compare mod(String key, long revision) {
    return new Compare(key, Field.MOD, Relation.EQUAL, Long.toString(revision));
  }

  public static Compare value(String key, String value) {
    return new Compare(key, Field.VALUE, Relation.EQUAL, value);
  }
}
