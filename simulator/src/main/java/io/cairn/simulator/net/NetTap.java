package io.cairn.simulator.net;

/** Sees what is put on the wire, as the sender's host sends it: for invariants that hold at the network card. */
@FunctionalInterface
public interface NetTap {

  /** The bytes are read only, and only during the call. {@code connection} names one direction's stream for the whole run. */
  void sent(String fromHost, String toHost, long connection, byte[] bytes);
}
