package io.cairn.server.node;

import io.cairn.platform.Clock;
import io.cairn.platform.EventLoops;
import io.cairn.platform.Files;
import io.cairn.platform.RandomSource;
import io.cairn.protocol.transport.Transport;
import io.cairn.server.replica.ReplicaTap;
import io.cairn.storage.engine.Engines;

/**
 * All that a node takes from the machine it runs on.
 *
 * @param loops for what blocks on one device: log, apply, flush, scans
 * @param transport owned by whoever made it; its loops carry connections and replicas
 * @param tap watches the replicas; {@link ReplicaTap#NONE} outside of the simulator
 */
public record Devices(Clock clock, EventLoops loops, Transport transport, Files files, Engines engines, RandomSource random,
    ReplicaTap tap) {

  public Devices(Clock clock, EventLoops loops, Transport transport, Files files, Engines engines, RandomSource random) {
    this(clock, loops, transport, files, engines, random, ReplicaTap.NONE);
  }
}
