package io.cairn.client.core;

import io.cairn.client.ByteSeq;
import io.cairn.platform.Clock;
import io.cairn.platform.EventLoop;
import io.cairn.platform.RandomSource;
import io.cairn.protocol.transport.HostPort;
import io.cairn.protocol.wire.ShardMap;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import java.util.function.Consumer;

/**
 * The nodes, and which of them to ask. Learns from maps, redirects and failures; forgets nothing that still may be right: a node
 * that failed is asked last for a second, not never.
 */
final class Cluster {

  private static final long SUSPECT_NANOS = TimeUnit.SECONDS.toNanos(1);
  /** Between two attempts to open a first connection, so that a healthy cluster costs one and a sick one no time. */
  private static final long CONNECT_STAGGER_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

  private final EventLoop loop;
  private final Clock clock;
  private final BiFunction<HostPort, NodeLink.Watcher, NodeLink> opener;
  private final Consumer<Boolean> changed;
  private final Map<HostPort, Node> byAddress = new LinkedHashMap<>();
  private final Map<String, Node> byName = new LinkedHashMap<>();
  /** The nodes in the order in which this client tries them: shuffled, so that not every client begins with the same one. */
  private final List<Node> order = new ArrayList<>();
  private final RandomSource random;
  private List<ShardRoute> routes = List.of();
  private ShardRoute system;
  private long epoch = -1;
  private EventLoop.Timer stagger;

  /**
   * @param opener makes the link to an address
   * @param changed told when a connection came up or was lost, with whether any is up
   */
  Cluster(List<HostPort> endpoints, EventLoop loop, Clock clock, RandomSource random,
      BiFunction<HostPort, NodeLink.Watcher, NodeLink> opener, Consumer<Boolean> changed) {
    this.loop = loop;
    this.clock = clock;
    this.random = random;
    this.opener = opener;
    this.changed = changed;
    for (HostPort endpoint : endpoints) {
      nodeAt(endpoint);
    }
  }

  boolean hasMap() {
    return epoch >= 0;
  }

  long epoch() {
    return epoch;
  }

  Node named(String name) {
    return byName.get(name);
  }

  List<String> names() {
    return List.copyOf(byName.keySet());
  }

  /** The route of {@code key}; only with a map, which covers every key. */
  ShardRoute route(ByteSeq key) {
    int low = 0;
    int high = routes.size() - 1;
    while (low < high) {
      int middle = (low + high + 1) >>> 1;
      if (routes.get(middle).start.compareTo(key) <= 0) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return routes.get(low);
  }

  /** Whether {@code map} was taken: it is whole and not older than the one held. */
  boolean install(ShardMap map) {
    if (map.getEpoch() < epoch) {
      return false;
    }
    Map<String, Node> names = new LinkedHashMap<>();
    for (ShardMap.Node described : map.getNodesList()) {
      Node node = nodeAt(HostPort.parse(described.getClientAddress()));
      node.name = described.getName();
      names.put(node.name, node);
    }
    List<ShardRoute> fresh = new ArrayList<>();
    ShardRoute freshSystem = new ShardRoute(0, 0, ByteSeq.EMPTY, null, List.copyOf(names.values()), null);
    for (ShardMap.Shard shard : map.getShardsList()) {
      if (!shard.getSystem()) {
        fresh.add(routeOf(shard, names));
      } else {
        freshSystem = routeOf(shard, names);
      }
    }
    fresh.sort((a, b) -> a.start.compareTo(b.start));
    if (!coversEveryKey(fresh)) {
      return false;
    }
    routes = fresh;
    system = freshSystem;
    byName.clear();
    byName.putAll(names);
    epoch = map.getEpoch();
    return true;
  }

  private ShardRoute routeOf(ShardMap.Shard shard, Map<String, Node> names) {
    List<Node> replicas = new ArrayList<>();
    for (String name : shard.getNodesList()) {
      Node node = names.get(name);
      if (node != null) {
        replicas.add(node);
      }
    }
    ByteSeq end = shard.getEndOpen() ? null : Wire.byteSeq(shard.getEnd());
    return new ShardRoute(
        shard.getId(), shard.getEpoch(), Wire.byteSeq(shard.getStart()), end, replicas, names.get(shard.getLeader()));
  }

  /** The route to the system shard, where leases are; only with a map. */
  ShardRoute system() {
    return system;
  }

  /** The route to the shard of that number, or null when the map has none; only with a map. */
  ShardRoute shard(int id) {
    for (ShardRoute route : routes) {
      if (route.id == id) {
        return route;
      }
    }
    return id == 0 ? system : null;
  }

  /** A route of its own to the leader of any shard, the system's too: every node may be asked who that is. Only with a map. */
  ShardRoute toLeaderOf(int shard) {
    Node leader = null;
    for (ShardRoute route : routes) {
      leader = route.id == shard ? route.leader : leader;
    }
    return new ShardRoute(shard, 0, ByteSeq.EMPTY, null, List.copyOf(byName.values()), leader);
  }

  private static boolean coversEveryKey(List<ShardRoute> sorted) {
    ByteSeq reached = ByteSeq.EMPTY;
    for (ShardRoute route : sorted) {
      if (reached == null || !route.start.equals(reached) || route.replicas.isEmpty()) {
        return false;
      }
      reached = route.end;
    }
    return !sorted.isEmpty() && reached == null;
  }

  private Node nodeAt(HostPort address) {
    Node known = byAddress.get(address);
    if (known != null) {
      return known;
    }
    Node node = new Node(address, this, opener);
    byAddress.put(address, node);
    order.add((int) random.nextLong(order.size() + 1L), node);
    return node;
  }

  /** The node to send a write of {@code route} to now; null: none yet, and what could become one is being connected. */
  Node forWrite(ShardRoute route, Node avoid) {
    long now = clock.nanoTime();
    Node leader = route.leader;
    if (leader != null && !leader.isSuspect(now)) {
      if (leader.link.isUp()) {
        return leader;
      }
      leader.link.connect();
      return null;
    }
    Node other = upAmong(route.replicas, now, avoid);
    if (other == null) {
      connectAll(route.replicas);
    }
    return other;
  }

  /** The node to send a read of {@code route} to now; the leader when there is a connection to it, for it needs no second hop. */
  Node forRead(ShardRoute route, Node avoid) {
    long now = clock.nanoTime();
    Node leader = route.leader;
    if (leader != null && leader != avoid && leader.link.isUp() && !leader.isSuspect(now)) {
      return leader;
    }
    Node node = upAmong(route.replicas, now, avoid);
    if (node == null) {
      connectAll(route.replicas);
    }
    return node;
  }

  /** Any node to ask now. */
  Node any(Node avoid) {
    Node node = upAmong(order, clock.nanoTime(), avoid);
    if (node == null) {
      connectNext();
    }
    return node;
  }

  /** Of {@code candidates} one with a connection: best one that is neither suspect nor to be avoided. Null: to wait for a change. */
  private Node upAmong(List<Node> candidates, long now, Node avoid) {
    Node best = null;
    int bestRank = Integer.MAX_VALUE;
    for (Node node : order) {
      if (!node.link.isUp() || !candidates.contains(node)) {
        continue;
      }
      int rank = (node.isSuspect(now) ? 2 : 0) + (node == avoid ? 1 : 0);
      if (rank < bestRank) {
        best = node;
        bestRank = rank;
      }
    }
    if (best != null && bestRank > 0 && hasUntried(candidates)) {
      connectAll(candidates);
      return null; // Soon there is a better one, or it is known that there is none.
    }
    return best;
  }

  /** Whether to one of them there is no connection only because none was asked for, or it is under way. */
  private static boolean hasUntried(List<Node> candidates) {
    for (Node node : candidates) {
      if (!node.link.isUp() && node.lastFailure.isEmpty()) {
        return true;
      }
    }
    return false;
  }

  private static void connectAll(List<Node> nodes) {
    for (Node node : nodes) {
      node.link.connect();
    }
  }

  /** Opens one more connection, and another soon, until one is up. */
  private void connectNext() {
    if (stagger != null) {
      return;
    }
    for (Node node : order) {
      if (!node.connectAsked) {
        node.connectAsked = true;
        node.link.connect();
        stagger = loop.schedule(CONNECT_STAGGER_NANOS, this::staggerOver);
        return;
      }
    }
  }

  private void staggerOver() {
    stagger = null;
    if (!anyUp()) {
      connectNext();
    }
  }

  boolean anyUp() {
    for (Node node : order) {
      if (node.link.isUp()) {
        return true;
      }
    }
    return false;
  }

  /** Whether every node there is has said that it does not want this client. */
  boolean isUnwelcome() {
    for (Node node : order) {
      if (!node.unwelcome) {
        return false;
      }
    }
    return true;
  }

  /** What is known of why no node can be reached; for a message. */
  String failures() {
    StringBuilder text = new StringBuilder();
    for (Node node : order) {
      text.append(text.isEmpty() ? "" : "; ").append(node).append(": ");
      text.append(node.link.isUp() ? "connected" : node.lastFailure.isEmpty() ? "no answer yet" : node.lastFailure);
    }
    return text.toString();
  }

  void learnLeader(ShardRoute route, Node leader) {
    route.leader = leader;
  }

  void suspect(Node node) {
    node.suspect(clock.nanoTime() + SUSPECT_NANOS);
  }

  void nodeUp(Node node) {
    changed.accept(true);
  }

  void nodeDown(Node node) {
    suspect(node);
    boolean anyUp = anyUp();
    if (!anyUp) {
      cancelStagger();
      connectNext();
    }
    changed.accept(anyUp);
  }

  void close() {
    cancelStagger();
    for (Node node : order) {
      node.link.close();
    }
  }

  private void cancelStagger() {
    if (stagger != null) {
      stagger.cancel();
      stagger = null;
    }
  }
}
