package io.cairn.simulator.net;

import io.cairn.platform.EventLoop;
import io.cairn.protocol.transport.HostPort;
import io.cairn.protocol.transport.Transport;
import io.cairn.simulator.schedule.SimProcess;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;

/** The network as one life of one node sees it; gone with that life. */
public final class SimTransport implements Transport {
  private static final int FIRST_FREE_PORT = 49_152;

  private final SimNet net;
  private final SimProcess process;
  private final List<EventLoop> loops = new ArrayList<>();
  private final TreeMap<Integer, SimListening> listening = new TreeMap<>();
  private final Set<SimConnection> connections = new LinkedHashSet<>();
  private int nextLoop;
  private boolean closed;

  SimTransport(SimNet net, SimProcess process, int loopCount) {
    this.net = net;
    this.process = process;
    for (int i = 0; i < loopCount; i++) {
      loops.add(process.startNonBlocking("net-" + i));
    }
    process.onDeath(this::died);
  }

  SimNet net() {
    return net;
  }

  SimProcess process() {
    return process;
  }

  @Override
  public List<EventLoop> loops() {
    return List.copyOf(loops);
  }

  @Override
  public String kind() {
    return "simulated";
  }

  @Override
  public Listening listen(HostPort address, Acceptor acceptor) throws IOException {
    process.checkAlive();
    if (closed) {
      throw new IOException("the transport is closed; cannot listen on " + address);
    }
    if (!address.host().equals(process.name())) {
      throw new BindException("cannot listen on " + address + ": this host is " + process.name());
    }
    int port = address.port() == 0 ? freePort() : address.port();
    if (listening.containsKey(port)) {
      throw new BindException("cannot listen on " + address + ": address already in use");
    }
    SimListening open = new SimListening(new HostPort(address.host(), port), acceptor);
    listening.put(port, open);
    return open;
  }

  @Override
  public void connect(HostPort address, long timeoutNanos, EventLoop loop, Connector connector) {
    if (!loops.contains(loop)) {
      throw new IllegalArgumentException("connections live on loops of their transport, not on " + loop.name());
    }
    if (!process.alive()) {
      return;
    }
    if (closed) {
      loop.execute(() -> connector.failed(new IOException("the transport is closed; cannot connect to " + address)));
      return;
    }
    SimConnection local = new SimConnection(this, loop, address.toString(), address.host());
    Attempt attempt = new Attempt(local, connector);
    loop.schedule(timeoutNanos, () -> attempt.fail(new SocketTimeoutException("no answer from " + address + " in time")));
    if (net.host(address.host()) == null) {
      loop.execute(() -> attempt.fail(new UnknownHostException("no such host: " + address)));
      return;
    }
    long sentAt = net.scheduler().now();
    local.linkOut().carry("net.open", () -> {
      if (process.lived(sentAt) && !attempt.decided) {
        arrived(address, attempt);
      }
    });
  }

  @Override
  public void close() {
    closed = true;
    listening.clear();
    for (SimConnection connection : List.copyOf(connections)) {
      connection.close();
    }
  }

  /** Connections of this process that are not over yet. */
  public int openConnections() {
    return connections.size();
  }

  void add(SimConnection connection) {
    connections.add(connection);
  }

  void remove(SimConnection connection) {
    connections.remove(connection);
  }

  /** A wish to connect has come to the other host. */
  private void arrived(HostPort address, Attempt attempt) {
    SimTransport remote = net.host(address.host());
    if (!net.poweredOn(address.host())) {
      return;
    }
    SimListening port = remote.process.alive() ? remote.listening.get(address.port()) : null;
    SimConnection local = attempt.connection;
    if (port == null) {
      local.linkIn().carryOnce("net.refuse", () -> local.loop().execute(
          () -> attempt.fail(new ConnectException("connection refused: " + address))));
      return;
    }
    EventLoop loop = remote.loops.get(remote.nextLoop++ % remote.loops.size());
    SimConnection accepted = new SimConnection(remote, loop, process.name() + ":" + local.id(), process.name());
    local.join(accepted);
    accepted.join(local);
    loop.execute(() -> accepted.begin(port.acceptor.accepted(accepted)));
    // In line with the stream, so that the first bytes cannot overtake it.
    accepted.sendOpened(attempt::succeed);
  }

  private int freePort() throws BindException {
    for (int port = FIRST_FREE_PORT; port <= 65_535; port++) {
      if (!listening.containsKey(port)) {
        return port;
      }
    }
    throw new BindException("no port is free on " + process.name());
  }

  private void died() {
    listening.clear();
    for (SimConnection connection : List.copyOf(connections)) {
      connection.processDied();
    }
    connections.clear();
  }

  /** One try to connect: exactly one method of the connector is called. */
  private static final class Attempt {
    private final SimConnection connection;
    private final Connector connector;
    private boolean decided;

    Attempt(SimConnection connection, Connector connector) {
      this.connection = connection;
      this.connector = connector;
    }

    void fail(IOException cause) {
      if (!decided) {
        decided = true;
        connection.abandon();
        connector.failed(cause);
      }
    }

    /** On the wire's time; the connector hears of it on the loop. */
    void succeed() {
      connection.loop().execute(() -> {
        if (decided) {
          return;
        }
        decided = true;
        connection.begin(connector.connected(connection));
      });
    }
  }

  private final class SimListening implements Listening {
    private final HostPort address;
    private final Acceptor acceptor;

    SimListening(HostPort address, Acceptor acceptor) {
      this.address = address;
      this.acceptor = acceptor;
    }

    @Override
    public HostPort address() {
      return address;
    }

    @Override
    public void close() {
      listening.remove(address.port(), this);
    }
  }
}
