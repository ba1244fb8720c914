package io.cairn.simulator.disk;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Errors on demand: the n-th operation of a kind on a path that contains some text fails. */
final class DiskFaults {
  private final List<Rule> rules = new ArrayList<>();

  void add(DiskOperation operation, String pathContains, int nth, boolean forEver, DiskFault fault) {
    if (nth < 1) {
      throw new IllegalArgumentException("calls are counted from 1, was " + nth);
    }
    rules.add(new Rule(operation, pathContains, nth, forEver, fault));
  }

  void clear() {
    rules.clear();
  }

  /** The fault this call meets, or null. */
  DiskFault meet(DiskOperation operation, String path) {
    DiskFault met = null;
    for (int i = 0; i < rules.size(); i++) {
      Rule rule = rules.get(i);
      if (rule.operation == operation && path.contains(rule.pathContains) && --rule.callsLeft <= 0 && met == null) {
        met = rule.fault;
        if (!rule.forEver) {
          rules.remove(i--);
        }
      }
    }
    return met;
  }

  static IOException error(DiskFault fault, String path) {
    return new IOException(path + ": " + fault.message());
  }

  private static final class Rule {
    private final DiskOperation operation;
    private final String pathContains;
    private final boolean forEver;
    private final DiskFault fault;
    private int callsLeft;

    Rule(DiskOperation operation, String pathContains, int nth, boolean forEver, DiskFault fault) {
      this.operation = operation;
      this.pathContains = pathContains;
      this.callsLeft = nth;
      this.forEver = forEver;
      this.fault = fault;
    }
  }
}
