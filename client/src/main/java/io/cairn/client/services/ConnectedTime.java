package io.cairn.client.services;

/** A clock that stands still while nothing is heard of the store. */
final class ConnectedTime {
  private long before;
  private long since;
  private boolean connected;

  void connected(boolean now, long nanos) {
    before = at(nanos);
    since = nanos;
    connected = now;
  }

  boolean isConnected() {
    return connected;
  }

  long at(long nanos) {
    return connected ? before + (nanos - since) : before;
  }
}
