package io.cairn.simulator.schedule;

/** Sees each task that one loop gives to another: on a real machine a queue between two threads, and perhaps a wake-up. */
@FunctionalInterface
public interface SimHandOvers {

  /** Both loops are named by node, life and loop. */
  void handedOver(String from, String to);
}
