package io.cairn.client.services;

/** Where an instance is in its life, as its entry says. */
public enum Lifecycle {
  /** It wants calls. */
  UP,
  /** It finishes what it has and wants no new calls. */
  DRAINING,
  /** It goes on purpose: its entry is deleted next. So whoever sees the entry go knows that it was no expiry. */
  LEAVING
}
