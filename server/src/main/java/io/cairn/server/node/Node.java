package io.cairn.server.node;

import io.cairn.platform.EventLoop;
import io.cairn.protocol.transport.HostPort;
import io.cairn.server.admin.Readiness;
import io.cairn.server.config.NodeConfig;
import io.cairn.server.metrics.NodeMeters;
import io.cairn.server.outcome.FailStop;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One node of a cluster: started once, stopped once. What it takes from the machine is handed in, so the same node runs as a
 * process and in the simulator.
 */
public final class Node {
  private static final Logger log = LoggerFactory.getLogger(Node.class);

  private final NodeConfig config;
  private final Devices devices;
  private final CompletableFuture<Throwable> broken = new CompletableFuture<>();
  private final BlockingLoops blocking;
  private final Rooms rooms;

  /** Builds the rooms; opens nothing yet. */
  public Node(NodeConfig config, Devices devices, NodeMeters meters, ProcessFacts facts) {
    this.config = config;
    this.devices = devices;
    this.blocking = new BlockingLoops(devices.loops());
    this.rooms = new Rooms(config, devices, blocking, meters, facts, new FailStop() {
      @Override
      public void broken(String what, Throwable cause) {
        fail(what, cause);
      }

      @Override
      public boolean isBroken() {
        return broken.isDone();
      }
    });
  }

  /** Something the node stands on has failed: it can no longer be trusted. From any thread. */
  public void fail(String what, Throwable cause) {
    if (!broken.isDone()) {
      log.error("broken, the node stops; what=\"{}\" reason=\"{}\"", what, cause.getMessage());
    }
    broken.complete(cause);
  }

  /**
   * Opens the data directory, recovers and listens. When it returns the node listens; it need not have a leader yet.
   *
   * @throws IOException when an address cannot be bound
   * @throws io.cairn.storage.StorageFailure when the data directory cannot be used
   */
  public void start() throws IOException {
    rooms.open();
    log.info("node started; node={} client={} peer={} transport={}", config.cluster().nodeName(), rooms.clientAddress(),
        rooms.peerAddress(), devices.transport().kind());
  }

  /** Where clients connect to; the port is the real one when the configuration said 0. */
  public HostPort clientAddress() {
    return rooms.clientAddress();
  }

  /**
   * Takes no new work, answers what is in flight, flushes and closes.
   *
   * @param graceNanos after which what is still in flight is cut off
   * @return completes when everything is closed, with whether all in flight was answered
   */
  public CompletionStage<Boolean> stop(long graceNanos) {
    return new Stopping(rooms, devices, blocking, graceNanos).begin();
  }

  /** Completes, with the reason, when the node can no longer be trusted. */
  public CompletionStage<Throwable> broken() {
    return broken;
  }

  /** Every loop that must turn for the node to be alive. */
  public List<EventLoop> loops() {
    var loops = new ArrayList<>(devices.transport().loops());
    loops.addAll(blocking.all());
    return loops;
  }

  public Readiness readiness() {
    return rooms.readiness();
  }
}
