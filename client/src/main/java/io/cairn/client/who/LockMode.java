package io.cairn.client.who;

/** What a place in a queue asks for. */
public enum LockMode {
  /** Nobody else. */
  EXCLUSIVE,
  /** Others that share it, too: a read lock. */
  SHARED,
  /** Some of so many permits: a semaphore. */
  PERMITS
}
