package io.cairn.client.core;

import io.cairn.client.RefusedCode;
import io.cairn.client.RefusedException;

/** Asks one node, which is named. That it cannot be reached is an answer too: the call does not wait for it to come back. */
abstract class NodeCall<T> extends Call<T> {

  final String name;

  NodeCall(ClientCore core, Deadline deadline, long bytes, String name, Completion<T> completion) {
    super(core, deadline, bytes, completion);
    this.name = name;
  }

  @Override
  boolean endsWithConnection() {
    return true;
  }

  @Override
  Node target() {
    if (!mapAtHand()) {
      return null;
    }
    Node node = pinned(name);
    Node named = core.cluster().named(name);
    if (node == null && named != null && !named.lastFailure.isEmpty()) {
      refuse(new RefusedException(RefusedCode.UNAVAILABLE, named + " cannot be reached: " + named.lastFailure));
    }
    return node;
  }
}
