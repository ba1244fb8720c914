package io.cairn.server.outcome;

/**
 * Where whatever finds the node broken reports it: an invariant that does not hold, a disk that cannot be trusted. The node
 * stops; nothing is tried again (A-06, JV-05).
 */
@FunctionalInterface
public interface FailStop {

  /** Stops the node for {@code cause}. In production this does not return; in the simulator it ends the node's life. */
  void broken(String what, Throwable cause);

  /** Whether anything was found broken: from then on nothing is sent and nobody is answered. From any thread. */
  default boolean isBroken() {
    return false;
  }
}
