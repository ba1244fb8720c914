package io.cairn.simulator.architecture.planted.platform;

class NotJdk {
  long now() {
    return System.nanoTime();
  }
}
