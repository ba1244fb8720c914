package io.cairn.simulator.net;

import io.cairn.simulator.schedule.SimProcess;
import io.cairn.simulator.schedule.SimScheduler;
import java.util.Collection;
import java.util.TreeMap;

/** The network between all hosts of a world. Hosts are named by their processes, and addressed by these names. */
public final class SimNet {
  private final SimScheduler scheduler;
  /** Transports of the latest process of each host. */
  private final TreeMap<String, SimTransport> hosts = new TreeMap<>();
  private final TreeMap<String, SimLink> links = new TreeMap<>();
  private LinkSettings defaults;
  private NetTap tap;
  private final SimBuffers buffers = new SimBuffers();
  private long connections;
  private long retained;

  public SimNet(SimScheduler scheduler, LinkSettings defaults) {
    this.scheduler = scheduler;
    this.defaults = defaults;
  }

  /** The network as one process sees it, with so many loops for its connections. A process has one. */
  public SimTransport transport(SimProcess process, int loops) {
    SimTransport before = hosts.get(process.name());
    if (before != null && before.process() == process) {
      throw new IllegalStateException(process.describe() + " has a transport already");
    }
    SimTransport transport = new SimTransport(this, process, loops);
    hosts.put(process.name(), transport);
    return transport;
  }

  /** For links that nothing else was said of, now and later. */
  public void defaults(LinkSettings settings) {
    defaults = settings;
    for (SimLink link : links.values()) {
      link.settings(settings);
    }
  }

  public void settings(String from, String to, LinkSettings settings) {
    link(from, to).settings(settings);
  }

  /** From now on nothing that {@code from} sends reaches {@code to}; the other direction goes on. */
  public void cut(String from, String to) {
    link(from, to).cut();
  }

  /** Cuts every link between the two sides, in both directions; within a side all goes on. */
  public void partition(Collection<String> oneSide, Collection<String> otherSide) {
    for (String one : oneSide) {
      for (String other : otherSide) {
        cut(one, other);
        cut(other, one);
      }
    }
  }

  public void heal(String from, String to) {
    link(from, to).heal();
  }

  /** Mends all links; what they hold is delivered. */
  public void heal() {
    for (SimLink link : links.values()) {
      if (link.isCut()) {
        link.heal();
      }
    }
  }

  public void tap(NetTap listener) {
    tap = listener;
  }

  /** Buffers that a handler has retained beyond its call so far; each is its own to release. */
  public long retainedBuffers() {
    return retained;
  }

  /**
   * Buffers for sending that were handed out and not released: of live connections a few, those that are being filled; of dead processes
   * whatever they held.
   */
  public long outstandingBuffers() {
    return buffers.outstanding();
  }

  SimBuffers buffers() {
    return buffers;
  }

  SimScheduler scheduler() {
    return scheduler;
  }

  SimLink link(String from, String to) {
    String name = from + ">" + to;
    SimLink link = links.get(name);
    if (link == null) {
      LinkSettings settings = from.equals(to) ? LinkSettings.LOOPBACK : defaults;
      // A lane that no event loop has: loops count up from one.
      link = new SimLink(scheduler, from, to, settings, -1 - links.size());
      links.put(name, link);
    }
    return link;
  }

  /** The transport of the host's latest process, or null if none ever ran there. */
  SimTransport host(String name) {
    return hosts.get(name);
  }

  /** Whether something at this host answers, if only to refuse: false for a machine without power. */
  boolean poweredOn(String host) {
    SimTransport transport = hosts.get(host);
    return transport != null && (transport.process().alive() || !transport.process().powerLost());
  }

  long nextConnection() {
    return ++connections;
  }

  void noteSent(SimConnection connection, byte[] bytes) {
    scheduler.digest().add(connection.id());
    scheduler.digest().add(bytes, 0, bytes.length);
    if (tap != null) {
      tap.sent(connection.localHost(), connection.remoteHost(), connection.id(), bytes);
    }
  }

  void noteRetained() {
    retained++;
  }
}
