package io.cairn.server.lock;

import io.cairn.server.frontend.LockService;

/** Somebody who waits for a place. Told its end once; belongs to the replica's loop. */
final class LockCaller {
  private final LockService.Waiting waiting;
  private final LockService.Told told;
  private long toldAt;

  LockCaller(LockService.Waiting waiting, LockService.Told told, long now) {
    this.waiting = waiting;
    this.told = told;
    this.toldAt = now;
  }

  LockService.Waiting waiting() {
    return waiting;
  }

  LockService.Told told() {
    return told;
  }

  /** Whether it was told nothing for so long. */
  boolean quietFor(long nanos, long now) {
    return now - toldAt >= nanos;
  }

  void told(long now) {
    toldAt = now;
  }
}
