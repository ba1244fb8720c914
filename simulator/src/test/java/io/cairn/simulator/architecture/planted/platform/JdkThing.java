package io.cairn.simulator.architecture.planted.platform;

/** An implementation of a seam, which may; also in what lies within it. */
class JdkThing {
  static class Inner {
    long now() {
      return System.nanoTime();
    }
  }
}
