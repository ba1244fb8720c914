package io.cairn.jepsen.cluster;

import io.cairn.client.ByteSeq;
import io.cairn.client.ClusterMap;
import io.cairn.client.KvClient;
import io.cairn.client.KvException;
import io.cairn.client.NodeStatus;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * A cluster of {@code kvd} processes on this machine, in a temporary directory, on free ports of the loopback. Its nodes are
 * {@code n1}, {@code n2} and so on; by default there are three, with three data shards: up to {@code h}, from {@code h} to
 * {@code q}, and from {@code q} on.
 */
public final class LocalCluster implements AutoCloseable {
  /** A machine that does much else at the same time still starts three JVMs within this. */
  public static final Duration START_MOST = Duration.ofSeconds(60);
  private static final Duration INSPECTION = Duration.ofSeconds(2);
  private static final Duration LOOK_MOST = Duration.ofSeconds(30);
  private static final int PORT_TRIES = 5;
  /** The exit status of a node whose port is taken. */
  private static final int PORT_IN_USE = 7;

  private final Builder builder;
  private final Path home;
  private volatile List<KvdNode> nodes = List.of();
  private final List<KvdNode> twins = new ArrayList<>();
  private volatile KvClient inspector;

  private LocalCluster(Builder builder) {
    this.builder = builder;
    try {
      this.home = Files.createTempDirectory("cairn-cluster-");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    pickPorts();
  }

  public static Builder builder() {
    return new Builder();
  }

  /** Picks ports anew and writes every node's file for them. */
  private void pickPorts() {
    var ports = new FreePorts();
    var picked = new ArrayList<KvdNode>();
    for (int i = 1; i <= builder.nodes; i++) {
      picked.add(newNode("n" + i, ports));
    }
    nodes = List.copyOf(picked);
    nodes.forEach(node -> writeConfig(node, nodes, List.of()));
  }

  private KvdNode newNode(String name, FreePorts ports) {
    String client = "127.0.0.1:" + ports.next();
    return new KvdNode(name, home, builder.directoryOf.apply(name).orElse(home.resolve("data").resolve(name)),
        new NodeAddresses(client, builder.front.apply(client), "127.0.0.1:" + ports.next(), "127.0.0.1:" + ports.next()),
        builder.launcher(name, temporary()));
  }

  /** Starts a node that is to join the others, with {@code flags} over its file; it waits until it has been added to the members. */
  public KvdNode join(String name, String... flags) {
    KvdNode node = newNode(name, new FreePorts());
    writeConfig(node, List.of(node), nodes);
    var more = new ArrayList<>(nodes);
    more.add(node);
    nodes = List.copyOf(more);
    node.start(flags);
    return node;
  }

  /** Forgets a node that was removed from the members, and deletes what it has left. */
  public void forget(KvdNode node) {
    node.end();
    nodes = others(node);
    renewInspector();
    deleteAll(node.directory());
  }

  private void writeConfig(KvdNode node, List<KvdNode> listed, List<KvdNode> joined) {
    var text = new StringBuilder();
    text.append("node.name: ").append(node.name()).append('\n');
    text.append("cluster.id: ").append(builder.clusterId).append('\n');
    text.append("cluster.nodes:\n");
    for (KvdNode each : listed) {
      text.append("  - {name: ").append(each.name()).append(", peer: '").append(peerAddress(node, each)).append("', client: '")
          .append(each.addresses().advertised()).append("'}\n");
    }
    if (joined.isEmpty()) {
      text.append("cluster.split-points: [").append(String.join(", ", builder.splitPoints)).append("]\n");
    } else {
      text.append("cluster.join: [").append(String.join(", ", joined.stream().map(each -> "'" + each.addresses().peer() + "'").toList()))
          .append("]\n");
    }
    text.append("listen.client: ").append(node.addresses().client()).append('\n');
    text.append("listen.peer: ").append(node.addresses().peer()).append('\n');
    text.append("admin.listen: ").append(node.addresses().admin()).append('\n');
    text.append("storage.dir: ").append(node.directory()).append('\n');
    builder.settings.forEach((key, value) -> text.append(key).append(": ").append(value).append('\n'));
    try {
      Files.createDirectories(home.resolve("data"));
      Files.createDirectories(temporary());
      Files.writeString(node.configFile(), text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What its nodes have for a temporary directory, unless they are started by a script. */
  public Path temporary() {
    return home.resolve("tmp");
  }

  private String peerAddress(KvdNode from, KvdNode to) {
    String address = to.addresses().peer();
    return builder.doors == null || from == to ? address : builder.doors.between(from.name(), to.name(), address);
  }

  /** Starts every node and returns when all are ready. Picks other ports when one was taken meanwhile. */
  public LocalCluster start() {
    for (int i = 0; i < PORT_TRIES; i++) {
      nodes.forEach(KvdNode::start);
      if (awaitFirstReady()) {
        return this;
      }
      nodes.forEach(KvdNode::end);
      if (builder.doors != null) {
        builder.doors.forgetAll();
      }
      pickPorts();
    }
    throw new IllegalStateException("every choice of ports was taken, " + PORT_TRIES + " times");
  }

  private boolean awaitFirstReady() {
    return Await.until("every node is ready", START_MOST, () -> {
      for (KvdNode node : nodes) {
        if (!node.isRunning()) {
          int status = node.process().awaitExit(LOOK_MOST);
          if (status == PORT_IN_USE) {
            return Optional.of(false);
          }
          throw new IllegalStateException(node + " has ended with status " + status + "; it wrote:\n" + node.process().stderr());
        }
      }
      return nodes.stream().allMatch(KvdNode::isReady) ? Optional.of(true) : Optional.empty();
    }, this::logs);
  }

  public List<KvdNode> nodes() {
    return nodes;
  }

  public KvdNode node(String name) {
    for (KvdNode node : nodes) {
      if (node.name().equals(name)) {
        return node;
      }
    }
    throw new IllegalArgumentException("there is no node " + name + " among " + nodes);
  }

  /** The nodes but these. */
  public List<KvdNode> others(KvdNode... without) {
    return nodes.stream().filter(node -> !List.of(without).contains(node)).toList();
  }

  /** A second process for the node's file, which clashes with the first: for tests of just that. It ends with the node's own. */
  public KvdNode twinOf(KvdNode node) {
    var twin = new KvdNode(node.name(), home, node.directory(), node.addresses(), builder.launcher(node.name(), temporary()));
    twins.add(twin);
    return twin;
  }

  public void awaitReady() {
    nodes.forEach(node -> node.awaitReady(START_MOST));
  }

  /** A client of the whole cluster, with the default deadline; the caller closes it. */
  public KvClient client() {
    return client(Duration.ofSeconds(5));
  }

  public KvClient client(Duration deadline) {
    return KvClient.builder().endpoints(nodes.stream().map(node -> node.addresses().advertised()).toArray(String[]::new))
        .deadline(deadline).build();
  }

  /** The shard that holds {@code key}, from the map that the cluster tells. */
  public int shardOf(String key) {
    ByteSeq bytes = ByteSeq.utf8(key);
    for (ClusterMap.Shard shard : inspector().clusterMap().shards()) {
      if (shard.range().isPresent() && shard.range().get().contains(bytes)) {
        return shard.id();
      }
    }
    throw new IllegalStateException("no shard holds " + key);
  }

  public KvdNode leaderOf(String key) {
    return leaderOf(shardOf(key));
  }

  /** The node that leads the shard; waits until there is one. */
  public KvdNode leaderOf(int shard) {
    return Await.until("shard " + shard + " has a leader", LOOK_MOST, () -> nowLeading(shard), this::logs);
  }

  /**
   * Waits until every shard is led by the node that leads the system shard, as {@code raft.leaders = together} has it: elections of a
   * fresh cluster may have put one elsewhere, which is handed over seconds later, in a new term. Whoever says "no change of leader" waits
   * for it first.
   */
  public void awaitLeadersTogether() {
    List<Integer> shards = inspector().clusterMap().shards().stream().map(ClusterMap.Shard::id).toList();
    Await.until("one node leads all shards", START_MOST, () -> shards.stream().map(this::leaderOf).distinct().count() == 1);
  }

  /** Who leads each shard, and in which term: {@code "n1 in term 3"}. Equal before and after: no leadership has moved meanwhile. */
  public Map<Integer, String> leaders() {
    var leaders = new TreeMap<Integer, String>();
    for (ClusterMap.Shard shard : inspector().clusterMap().shards()) {
      int id = shard.id();
      leaders.put(id, Await.until("the leader of shard " + id + " tells its term", LOOK_MOST, () -> {
        KvdNode leader = leaderOf(id);
        return replica(leader, id).map(replica -> leader + " in term " + replica.term());
      }));
    }
    return leaders;
  }

  /** What the nodes found worth a warning, of which a change of leader is the consequence. */
  public String warnings() {
    var text = new StringBuilder();
    for (KvdNode node : nodes) {
      node.log().lines().filter(line -> line.contains(" WARN ") || line.contains("campaign")).forEach(
          line -> text.append('\n').append(node.name()).append(": ").append(line));
    }
    return text.toString();
  }

  /** What is done while a node is away. */
  @FunctionalInterface
  public interface Task {
    void run() throws Exception;
  }

  /** Kills the node that leads the shard of the key, does something, and starts the node again; whoever kills next waits until it is there. */
  public void withoutLeader(String key, Task task) throws Exception {
    awaitReady();
    KvdNode leader = leaderOf(key);
    leader.kill();
    try {
      task.run();
    } finally {
      leader.start();
    }
  }

  /** Among those that believe they lead, the one of the highest term. */
  private Optional<KvdNode> nowLeading(int shard) {
    KvdNode leader = null;
    long term = -1;
    for (KvdNode node : nodes) {
      Optional<NodeStatus.Replica> replica = node.isAwake() ? replica(node, shard) : Optional.empty();
      if (replica.isPresent() && replica.get().role().equals("leader") && replica.get().term() > term) {
        leader = node;
        term = replica.get().term();
      }
    }
    return Optional.ofNullable(leader);
  }

  /** What the node says of its copy of the shard; empty when it does not answer. */
  public Optional<NodeStatus.Replica> replica(KvdNode node, int shard) {
    try {
      return inspector().status(node.name()).replicas().stream().filter(each -> each.shard() == shard).findFirst();
    } catch (KvException e) {
      return Optional.empty();
    }
  }

  private KvClient inspector() {
    KvClient now = inspector;
    if (now == null) {
      now = client(INSPECTION);
      inspector = now;
    }
    return now;
  }

  /** Nodes have come or gone: a client that looks rarely may know only those that are gone. */
  private void renewInspector() {
    KvClient old = inspector;
    inspector = null;
    if (old != null) {
      old.close();
    }
  }

  /** What every node has written to its standard error. */
  public String logs() {
    var all = new StringBuilder();
    for (KvdNode node : nodes) {
      all.append("\n--- ").append(node).append('\n').append(node.log());
    }
    return all.toString();
  }

  /** Copies configuration and logs, for whoever looks at a failure after {@link #close}. */
  public void keepLogs(Path into) {
    try {
      Files.createDirectories(into);
      for (KvdNode node : nodes) {
        Files.writeString(into.resolve(node.stderrFile().getFileName()), node.log());
        Files.copy(node.configFile(), into.resolve(node.configFile().getFileName()), java.nio.file.StandardCopyOption.REPLACE_EXISTING);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Kills what runs and deletes every file. */
  @Override
  public void close() {
    renewInspector();
    nodes.forEach(KvdNode::end);
    twins.forEach(KvdNode::end);
    deleteAll(home);
  }

  static void deleteAll(Path directory) {
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What a cluster is to be like. */
  public static final class Builder {
    private int nodes = 3;
    private String clusterId = "jepsen";
    private List<String> splitPoints = List.of("h", "q");
    private Optional<Path> script = Optional.empty();
    private UnaryOperator<String> front = UnaryOperator.identity();
    private PeerDoors doors;
    private final Map<String, String> settings = new LinkedHashMap<>();

    private Function<String, List<String>> before = node -> List.of();
    private Function<String, Optional<Path>> directoryOf = node -> Optional.empty();

    private Builder() {
      settings.put("log.segment-size", "4MiB");
      settings.put("log.keep", "64MiB");
    }

    public Builder nodes(int count) {
      nodes = count;
      return this;
    }

    public Builder clusterId(String id) {
      clusterId = id;
      return this;
    }

    /** The keys at which the second and later data shards begin. */
    public Builder splitPoints(String... points) {
      splitPoints = List.of(points);
      return this;
    }

    /** One more key of the configuration, the same on every node; {@code config/kvd.yaml} lists them. */
    public Builder set(String key, String value) {
      settings.put(key, value);
      return this;
    }

    /** Runs the nodes by this script, with the JVM options of a real one (bin/kvd), instead of as lightly as tests need. */
    public Builder startedBy(Path kvd) {
      script = Optional.of(kvd.toAbsolutePath().normalize());
      return this;
    }

    /** A command that starts each node: it is given the node's command line behind its own, and becomes it. */
    public Builder before(String... command) {
      return beforeNode(node -> List.of(command));
    }

    /** The same, of each node its own; empty for none. */
    public Builder beforeNode(Function<String, List<String>> commandOf) {
      before = commandOf;
      return this;
    }

    /** Where each node's data lies, by its name, instead of in a folder that {@link LocalCluster#close} deletes. */
    public Builder directories(Function<String, Path> of) {
      directoryOf = node -> Optional.of(of.apply(node));
      return this;
    }

    private List<String> launcher(String node, Path temporary) {
      var command = new ArrayList<>(before.apply(node));
      command.addAll(script.map(path -> List.of(path.toString())).orElseGet(() -> KvdProcess.smallJvm(temporary)));
      return command;
    }

    /** Something that stands before each node: told where the node listens for clients, it says where clients are sent. */
    public Builder behind(UnaryOperator<String> frontOf) {
      front = frontOf;
      return this;
    }

    /** Doors between the nodes, which the caller closes after the cluster. */
    public Builder peersThrough(PeerDoors between) {
      doors = between;
      return this;
    }

    /** Picks ports and writes the files; starts nothing. */
    public LocalCluster build() {
      return new LocalCluster(this);
    }
  }
}
