package io.cairn.simulator.architecture.planted.raft;

import java.util.ArrayDeque;
import java.util.List;

class PureRaft {
  record Step(long term, List<String> entries) {}

  private final ArrayDeque<Step> steps = new ArrayDeque<>();

  String step(Step step) {
    steps.add(step);
    return switch (step) {
      case Step(long term, var entries) when term > 1 -> "t" + term + entries;
      case Step _ -> steps.stream().map(Step::toString).toList().toString();
    };
  }
}
