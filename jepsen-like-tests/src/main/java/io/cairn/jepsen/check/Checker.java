package io.cairn.jepsen.check;

import io.cairn.jepsen.history.History;

/** A pure function: the same history, the same verdict. */
@FunctionalInterface
public interface Checker {

  Verdict check(History history);
}
