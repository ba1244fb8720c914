package io.cairn.simulator.architecture.planted.server.main;

/** A main may. */
class Start {
  static String home() {
    return System.getenv("HOME") + System.nanoTime();
  }
}
