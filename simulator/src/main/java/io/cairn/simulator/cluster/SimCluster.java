package io.cairn.simulator.cluster;

import io.cairn.client.NodeStatus;
import io.cairn.client.core.ClientSettings;
import io.cairn.protocol.transport.HostPort;
import io.cairn.server.config.ConfigLoader;
import io.cairn.simulator.SimMachine;
import io.cairn.simulator.SimWorld;
import io.cairn.simulator.disk.DiskSettings;
import io.cairn.simulator.engine.SimEngineSettings;
import io.cairn.simulator.schedule.SimFailure;
import io.cairn.simulator.schedule.SimProcess;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * Nodes {@code n1}, {@code n2}, … of one cluster in one world, and clients beside them. Everything is done from the thread that made
 * the world; methods named {@code await…} and those that return an answer let virtual time go on until they have it.
 */
public final class SimCluster {
  private static final int CLIENT_PORT = 7201;
  private static final int PEER_PORT = 7202;
  private static final long SECOND = 1_000_000_000L;
  /** How long a cluster that nothing keeps from it may take to be ready. */
  private static final long READY_NANOS = 60 * SECOND;

  private final SimWorld world;
  private final ClusterSettings settings;
  private final Map<String, SimNode> nodes = new TreeMap<>();
  private final List<String> everNamed = new ArrayList<>();
  private final SimClient observer;
  private int clients;

  public SimCluster(SimWorld world, ClusterSettings settings) {
    this.world = world;
    this.settings = settings;
    for (int i = 1; i <= settings.nodes(); i++) {
      setUp("n" + i, founders(settings.nodes()));
    }
    observer = newClient();
  }

  private SimNode setUp(String name, Map<String, String> cluster) {
    SimMachine machine = world.machine(name, settings.disk(), settings.engines());
    SimNode node = new SimNode(machine, ConfigLoader.of(config(name, cluster)), settings.netLoops());
    nodes.put(name, node);
    everNamed.add(name);
    return node;
  }

  /** Sets up a machine for a node that joins the others once it is started and they have been told to add it. */
  public SimNode join(String name) {
    return setUp(name, Map.of("cluster.nodes", described(name),
        "cluster.join", String.join(", ", nodes.keySet().stream().map(each -> each + ":" + PEER_PORT).toList())));
  }

  /** The node is none of the cluster's any more, and its machine is never started again. */
  public void retire(SimNode node) {
    if (node.running()) {
      node.crash();
    }
    nodes.remove(node.name());
  }

  public SimWorld world() {
    return world;
  }

  public List<SimNode> nodes() {
    return List.copyOf(nodes.values());
  }

  /** The names of all nodes that ever were, those that have left included. */
  public List<String> everNamed() {
    return everNamed;
  }

  /** The node of that name, unless there is none, or none any more. */
  public Optional<SimNode> find(String name) {
    return Optional.ofNullable(nodes.get(name));
  }

  public SimNode node(String name) {
    SimNode node = nodes.get(name);
    if (node == null) {
      throw new IllegalArgumentException("there is no node " + name + ", only " + nodes.keySet());
    }
    return node;
  }

  public SimClient newClient() {
    return newClient(ClientSettings.ATTEMPT_NANOS);
  }

  /** @param attemptNanos how long one node may be silent before the client asks another */
  public SimClient newClient(long attemptNanos) {
    List<HostPort> endpoints = new ArrayList<>();
    for (String name : nodes.keySet()) {
      endpoints.add(new HostPort(name, CLIENT_PORT));
    }
    return new SimClient(world.machine("client-" + ++clients, DiskSettings.NVME, SimEngineSettings.ROCKSDB), endpoints,
        attemptNanos);
  }

  /** Starts every node that does not run. */
  public void start() {
    for (SimNode node : nodes.values()) {
      if (!node.running()) {
        node.start();
      }
    }
  }

  /** An orderly end of all that runs: observer and nodes; other clients are their makers'. */
  public void close() {
    observer.close();
    for (SimNode node : nodes.values()) {
      if (node.running()) {
        node.stop();
      }
    }
  }

  /** No byte passes between this node and any other, clients included, until {@link #heal()}. */
  public void isolate(SimNode node) {
    List<String> others = new ArrayList<>();
    for (SimMachine machine : world.machines()) {
      if (machine != node.machine()) {
        others.add(machine.name());
      }
    }
    world.net().partition(List.of(node.name()), others);
  }

  /** What this node sends to the other nodes does not arrive; what they send to it does. */
  public void muteTowardsPeers(SimNode node) {
    for (String other : nodes.keySet()) {
      if (!other.equals(node.name())) {
        world.net().cut(node.name(), other);
      }
    }
  }

  public void heal() {
    world.net().heal();
  }

  /** Runs until every running node has answered a linearizable read in each of its shards. */
  public void awaitReady() {
    for (SimNode node : nodes.values()) {
      if (node.running()) {
        awaitReady(node);
      }
    }
  }

  public void awaitReady(SimNode node) {
    String[] last = {"not started"};
    long deadline = world.nowNanos() + READY_NANOS;
    while (world.nowNanos() < deadline) {
      world.runUntil(node.name() + " is started", node::started, deadline - world.nowNanos());
      SimProcess asked = node.machine().process();
      var verdict = node.server().readiness().check(SECOND).toCompletableFuture();
      // One that is on its way out, its loops stopped and its disk slow, answers nobody any more: its next life is asked.
      world.runUntil("the readiness of " + node.name() + " is known", () -> verdict.isDone() || !asked.alive(), READY_NANOS);
      if (!verdict.isDone()) {
        last[0] = asked.describe() + " ended";
        continue;
      }
      last[0] = verdict.join().detail();
      if (verdict.join().ready()) {
        return;
      }
    }
    throw new SimFailure(world.scheduler().describe(node.name() + " is not ready within " + READY_NANOS / SECOND + " s: " + last[0]));
  }

  /** The node that leads this shard, of the highest term if two believe it; waits until there is one. */
  public SimNode awaitLeader(int shard) {
    long deadline = world.nowNanos() + READY_NANOS;
    while (world.nowNanos() < deadline) {
      Optional<SimNode> leader = leader(shard);
      if (leader.isPresent()) {
        return leader.get();
      }
      world.runFor(SECOND / 20);
    }
    throw new SimFailure(world.scheduler().describe("shard " + shard + " has no leader within " + READY_NANOS / SECOND + " s"));
  }

  /** As {@link #awaitLeader}, but asks once. */
  public Optional<SimNode> leader(int shard) {
    SimNode leader = null;
    long term = -1;
    for (SimNode node : nodes.values()) {
      if (!node.started()) {
        continue;
      }
      Optional<NodeStatus.Replica> replica = status(node).flatMap(
          status -> status.replicas().stream().filter(each -> each.shard() == shard).findFirst());
      if (replica.isPresent() && replica.get().role().equals("leader") && replica.get().term() > term) {
        leader = node;
        term = replica.get().term();
      }
    }
    return Optional.ofNullable(leader);
  }

  /** What the node says of itself, or nothing if it cannot be asked. */
  public Optional<NodeStatus> status(SimNode node) {
    try {
      return Optional.of(await(observer.status(node.name())));
    } catch (CompletionException unreachable) {
      return Optional.empty();
    }
  }

  /** Lets time go on until the call has ended; a failure comes wrapped, as from {@link CompletableFuture#join()}. */
  public <T> T await(CompletableFuture<T> call) {
    world.runUntil("a call has ended", call::isDone, READY_NANOS);
    return call.join();
  }

  private static Map<String, String> founders(int count) {
    StringBuilder members = new StringBuilder();
    for (int i = 1; i <= count; i++) {
      members.append(i == 1 ? "" : ", ").append(described("n" + i));
    }
    return Map.of("cluster.nodes", members.toString());
  }

  private static String described(String name) {
    return "name=" + name + " peer=" + name + ":" + PEER_PORT + " client=" + name + ":" + CLIENT_PORT;
  }

  private Map<String, String> config(String name, Map<String, String> cluster) {
    Map<String, String> config = new TreeMap<>(cluster);
    config.put("node.name", name);
    config.put("cluster.id", "simulated");
    if (!settings.splitPoints().isEmpty() && !cluster.containsKey("cluster.join")) {
      config.put("cluster.split-points", String.join(", ", settings.splitPoints()));
    }
    config.put("security.insecure", "true");
    config.put("storage.dir", "/data");
    config.put("log.segment-size", "1MiB");
    config.put("log.keep", "4MiB");
    // Each life of each node has such a ring; this one also comes round.
    config.put("engine.recent-versions", "256KiB");
    config.putAll(settings.config());
    return config;
  }

  /** Where other nodes connect to that one. */
  public static String peerAddress(String node) {
    return node + ":" + PEER_PORT;
  }

  /** Where clients connect to it. */
  public static String clientAddress(String node) {
    return node + ":" + CLIENT_PORT;
  }
}
