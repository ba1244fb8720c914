package io.cairn.client;

/** How a watch fares. */
public enum WatchState {
  /** It looks for a node that serves it, for the first time. */
  CONNECTING,
  /** It stands at a node and is told what happens. */
  ACTIVE,
  /** Its node was lost, or says nothing any more; it goes on at another one where it was, and tries for ever. Nothing is missed. */
  RECONNECTING,
  /** Events in between were lost to it, and what is different was shown instead; it is active again. */
  RESYNCED,
  /** It has ended, for the reason that {@link Watch#failure()} gives. */
  FAILED,
  /** It was closed. */
  CLOSED
}
