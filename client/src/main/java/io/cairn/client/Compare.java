package io.cairn.client;

import java.util.Objects;

/**
 * A condition of a {@link Txn}, on one key or on every key of a range; on an empty range it holds. Made by the methods here:
 *
 * <pre>{@code
 * Compare.value("color").equalTo("blue")
 * Compare.modRevision("color").atMost(42)
 * Compare.missing("lock")
 * Compare.count(KeyRange.prefix("users/")).lessThan(100)
 * }</pre>
 *
 * <p>A key that is not there has version, revisions and lease 0, and no value: no condition on its value holds.
 *
 * @param target what of the key is compared
 * @param relation how what is stored shall relate to {@code number} or {@code value}
 * @param range the keys; with {@code single} its start is the key
 * @param single whether it is about one key
 * @param number what is compared with, but for {@link Target#VALUE}; with {@link Target#EXISTS} 1 for there, 0 for not
 * @param value with {@link Target#VALUE} what is compared with, else empty
 */
public record Compare(Target target, Relation relation, KeyRange range, boolean single, long number, ByteSeq value) {

  /** What of a key is compared. */
  public enum Target { VALUE, VERSION, CREATE_REVISION, MOD_REVISION, LEASE, EXISTS, COUNT }

  /** What is stored stands on the left. */
  public enum Relation { EQUAL, NOT_EQUAL, LESS, LESS_OR_EQUAL, GREATER, GREATER_OR_EQUAL }

  public Compare {
    Objects.requireNonNull(target, "target");
    Objects.requireNonNull(relation, "relation");
    Objects.requireNonNull(range, "range");
    Objects.requireNonNull(value, "value");
    if (number < 0) {
      throw new IllegalArgumentException("numbers of keys are not negative: " + number + " is compared with nothing that can be");
    }
  }

  public static OnValue value(String key) {
    return value(ByteSeq.utf8(key));
  }

  public static OnValue value(ByteSeq key) {
    return new OnValue(KeyRange.single(key), true);
  }

  /** The value of every key of the range. */
  public static OnValue value(KeyRange range) {
    return new OnValue(range, false);
  }

  public static OnNumber version(String key) {
    return version(ByteSeq.utf8(key));
  }

  public static OnNumber version(ByteSeq key) {
    return new OnNumber(Target.VERSION, KeyRange.single(key), true);
  }

  public static OnNumber version(KeyRange range) {
    return new OnNumber(Target.VERSION, range, false);
  }

  public static OnNumber createRevision(String key) {
    return createRevision(ByteSeq.utf8(key));
  }

  public static OnNumber createRevision(ByteSeq key) {
    return new OnNumber(Target.CREATE_REVISION, KeyRange.single(key), true);
  }

  public static OnNumber createRevision(KeyRange range) {
    return new OnNumber(Target.CREATE_REVISION, range, false);
  }

  public static OnNumber modRevision(String key) {
    return modRevision(ByteSeq.utf8(key));
  }

  public static OnNumber modRevision(ByteSeq key) {
    return new OnNumber(Target.MOD_REVISION, KeyRange.single(key), true);
  }

  public static OnNumber modRevision(KeyRange range) {
    return new OnNumber(Target.MOD_REVISION, range, false);
  }

  public static OnNumber lease(String key) {
    return lease(ByteSeq.utf8(key));
  }

  public static OnNumber lease(ByteSeq key) {
    return new OnNumber(Target.LEASE, KeyRange.single(key), true);
  }

  public static OnNumber lease(KeyRange range) {
    return new OnNumber(Target.LEASE, range, false);
  }

  /** How many keys the range has. */
  public static OnNumber count(KeyRange range) {
    return new OnNumber(Target.COUNT, range, false);
  }

  public static Compare exists(String key) {
    return exists(ByteSeq.utf8(key));
  }

  public static Compare exists(ByteSeq key) {
    return existence(KeyRange.single(key), true, 1);
  }

  /** There is a key in the range. */
  public static Compare exists(KeyRange range) {
    return existence(range, false, 1);
  }

  public static Compare missing(String key) {
    return missing(ByteSeq.utf8(key));
  }

  public static Compare missing(ByteSeq key) {
    return existence(KeyRange.single(key), true, 0);
  }

  /** There is no key in the range. */
  public static Compare missing(KeyRange range) {
    return existence(range, false, 0);
  }

  private static Compare existence(KeyRange range, boolean single, long number) {
    return new Compare(Target.EXISTS, Relation.EQUAL, range, single, number, ByteSeq.EMPTY);
  }

  /** A condition on values, to be completed. Values are ordered as keys are: byte by byte, unsigned. */
  public static final class OnValue {
    private final KeyRange range;
    private final boolean single;

    private OnValue(KeyRange range, boolean single) {
      this.range = range;
      this.single = single;
    }

    /** @param with what is stored stands to the left of the relation, this to its right */
    public Compare is(Relation relation, ByteSeq with) {
      return new Compare(Target.VALUE, relation, range, single, 0, with);
    }

    public Compare equalTo(ByteSeq with) {
      return is(Relation.EQUAL, with);
    }

    public Compare equalTo(String with) {
      return equalTo(ByteSeq.utf8(with));
    }

    public Compare notEqualTo(ByteSeq with) {
      return is(Relation.NOT_EQUAL, with);
    }

    public Compare notEqualTo(String with) {
      return notEqualTo(ByteSeq.utf8(with));
    }

    public Compare lessThan(ByteSeq with) {
      return is(Relation.LESS, with);
    }

    public Compare atMost(ByteSeq with) {
      return is(Relation.LESS_OR_EQUAL, with);
    }

    public Compare greaterThan(ByteSeq with) {
      return is(Relation.GREATER, with);
    }

    public Compare atLeast(ByteSeq with) {
      return is(Relation.GREATER_OR_EQUAL, with);
    }
  }

  /** A condition on a number, to be completed. */
  public static final class OnNumber {
    private final Target target;
    private final KeyRange range;
    private final boolean single;

    private OnNumber(Target target, KeyRange range, boolean single) {
      this.target = target;
      this.range = range;
      this.single = single;
    }

    /** @param with what is stored stands to the left of the relation, this to its right */
    public Compare is(Relation relation, long with) {
      return new Compare(target, relation, range, single, with, ByteSeq.EMPTY);
    }

    public Compare equalTo(long with) {
      return is(Relation.EQUAL, with);
    }

    public Compare notEqualTo(long with) {
      return is(Relation.NOT_EQUAL, with);
    }

    public Compare lessThan(long with) {
      return is(Relation.LESS, with);
    }

    public Compare atMost(long with) {
      return is(Relation.LESS_OR_EQUAL, with);
    }

    public Compare greaterThan(long with) {
      return is(Relation.GREATER, with);
    }

    public Compare atLeast(long with) {
      return is(Relation.GREATER_OR_EQUAL, with);
    }
  }
}
