package io.cairn.jepsen.history;

import java.util.List;

/** What a call asks for. */
public sealed interface Op {

  /** Whether it may change keys. */
  default boolean writes() {
    return false;
  }

  /** @param lease 0 for none */
  record Put(String key, String value, long lease) implements Op {
    @Override
    public boolean writes() {
      return true;
    }
  }

  record Delete(String key) implements Op {
    @Override
    public boolean writes() {
      return true;
    }
  }

  /** @param end the first key beyond the range */
  record DeleteRange(String start, String end) implements Op {
    @Override
    public boolean writes() {
      return true;
    }
  }

  /**
   * @param revision the one asked for; 0 for the newest
   * @param local asked of one replica as it is, which may be behind
   */
  record Get(String key, long revision, boolean local) implements Op {}

  /** @param revision the one asked for; 0 for the newest */
  record Range(String start, String end, long revision) implements Op {}

  /** Steps are puts, deletes, gets, ranges, adds, appends and transactions. Each sees what those before it did. */
  record Txn(List<Compare> when, List<Op> then, List<Op> otherwise) implements Op {
    @Override
    public boolean writes() {
      return then.stream().anyMatch(Op::writes) || otherwise.stream().anyMatch(Op::writes);
    }
  }

  /** Adds to the decimal number that the key holds; one that does not exist holds 0. */
  record Add(String key, long delta) implements Op {
    @Override
    public boolean writes() {
      return true;
    }
  }

  /** Puts the element behind those that the key holds, which are separated by commas. */
  record Append(String key, String element) implements Op {
    @Override
    public boolean writes() {
      return true;
    }
  }

  /** @param lease the id asked for; 0 lets the server choose */
  record Grant(long lease, long ttlNanos) implements Op {}

  record KeepAlive(long lease) implements Op {}

  record Revoke(long lease) implements Op {
    @Override
    public boolean writes() {
      return true;
    }
  }

  record TimeToLive(long lease) implements Op {}

  record Compact(long revision) implements Op {}
}
