package io.cairn.server.config;

import static io.cairn.server.config.ValueType.ADDRESS;
import static io.cairn.server.config.ValueType.ADDRESSES;
import static io.cairn.server.config.ValueType.BYTES;
import static io.cairn.server.config.ValueType.COUNT;
import static io.cairn.server.config.ValueType.DURATION;
import static io.cairn.server.config.ValueType.FLAG;
import static io.cairn.server.config.ValueType.NODES;
import static io.cairn.server.config.ValueType.TEXT;
import static io.cairn.server.config.ValueType.TEXTS;

import io.cairn.protocol.transport.HostPort;
import java.util.List;
import java.util.stream.Stream;

/** Every key of the configuration, in the order in which {@code config/kvd.yaml} and {@code kvd --help} show them. */
public final class ConfigKeys {
  private static final long KIB = 1L << 10;
  private static final long MIB = 1L << 20;
  private static final long GIB = 1L << 30;
  private static final long MILLI = 1_000_000L;
  private static final long SECOND = 1_000_000_000L;
  private static final String NAME_FORM = "1 to 63 of the letters a-z, A-Z, 0-9, '.', '_' and '-', the first a letter or digit";
  private static final Bound<String> NAME_BOUND =
      Bound.that(NAME_FORM, "must be " + NAME_FORM, name -> name.matches("[A-Za-z0-9][A-Za-z0-9._-]{0,62}"));
  private static final Bound<HostPort> LISTEN_BOUND = Bound.any("an address of this machine; port 0 takes a free one");

  static final ConfigKey<String> NODE_NAME = ConfigKey.required("node.name", TEXT, NAME_BOUND,
      "This node's name, one of those in cluster.nodes.");
  static final ConfigKey<String> CLUSTER_ID = ConfigKey.required("cluster.id", TEXT, NAME_BOUND,
      "Who belongs together: nodes and clients of another cluster are refused. Fixed once there is data.");
  static final ConfigKey<List<ClusterNode>> CLUSTER_NODES = ConfigKey.required("cluster.nodes", NODES,
      Bound.that("1 to 9 nodes, each {name: NAME, peer: HOST:PORT, client: HOST:PORT}", "must list 1 to 9 nodes",
          nodes -> !nodes.isEmpty() && nodes.size() <= 9),
      "Every node of the cluster at its birth, the same names in every node's file. In the environment and in "
          + "flags: 'name=n1 peer=H:P client=H:P, name=n2 ...'.");
  static final ConfigKey<List<HostPort>> CLUSTER_JOIN = ConfigKey.of("cluster.join", ADDRESSES, List.of(),
      Bound.that("at most 9 addresses", "must be at most 9 addresses", peers -> peers.size() <= 9),
      "For a node that was added to a cluster which runs: peer addresses of some of its nodes. This node alone then stands in "
          + "cluster.nodes. Not read again once there is data.");
  static final ConfigKey<List<String>> SPLIT_POINTS = ConfigKey.of("cluster.split-points", TEXTS, List.of(),
      Bound.that("at most 255 keys, ascending as UTF-8 bytes, none twice", "must be at most 255 keys", points -> points.size() <= 255),
      "Where data shards begin when the cluster is born; none: one data shard. A point is cut back to the end of its {tag}. "
          + "Not read again once there is data.");
  static final ConfigKey<HostPort> LISTEN_CLIENT = ConfigKey.derived("listen.client", ADDRESS,
      "this node's client address in cluster.nodes", LISTEN_BOUND, "Where clients connect.");
  static final ConfigKey<HostPort> LISTEN_PEER = ConfigKey.derived("listen.peer", ADDRESS,
      "this node's peer address in cluster.nodes", LISTEN_BOUND, "Where the other nodes connect.");
  static final ConfigKey<HostPort> ADMIN_LISTEN = ConfigKey.of("admin.listen", ADDRESS, new HostPort("127.0.0.1", 7203), LISTEN_BOUND,
      "HTTP: /metrics, /livez, /readyz.");
  static final ConfigKey<Boolean> INSECURE = ConfigKey.of("security.insecure", FLAG, false, Bound.any("true or false"),
      "Whether to listen without TLS on an address that other machines reach.");
  static final ConfigKey<String> STORAGE_DIR = ConfigKey.required("storage.dir", TEXT,
      Bound.that("a folder of this node's own; it is made when missing", "must name a folder", dir -> !dir.isBlank()),
      "The data directory. A relative one counts from the directory kvd is started in.");
  static final ConfigKey<Long> FREE_SPACE_MIN = ConfigKey.derived("storage.free-space-min", BYTES,
      "2 x log.segment-size + engine.write-buffers", Bound.between(BYTES, 16 * MIB, 1_024 * GIB),
      "With less room than this on the disk of a node, what grows is refused (NO_SPACE) in the shards it holds, until there is a quarter more.");
  static final ConfigKey<Long> LOG_SEGMENT_SIZE = ConfigKey.of("log.segment-size", BYTES, 64 * MIB,
      Bound.that("64KiB to 1GiB, a multiple of 4KiB", "must lie between 64KiB and 1GiB and be a multiple of 4KiB",
          size -> size >= 64 * KIB && size <= GIB && size % (4 * KIB) == 0), "Size of one segment of the log, preallocated and recycled.");
  static final ConfigKey<Long> LOG_KEEP = ConfigKey.of("log.keep", BYTES, GIB, Bound.between(BYTES, 128 * KIB, 1_024 * GIB),
      "Most bytes of log kept for followers that lag; one further behind gets a snapshot. At least 2 x log.segment-size.");
  static final ConfigKey<Long> HASH_CHECK_INTERVAL = ConfigKey.of("storage.hash-check-interval", DURATION, 5 * SECOND,
      Bound.that("100ms to 24h; 0s never compares", "must lie between 100ms and 24h, or be 0s to never compare",
          interval -> interval == 0 || interval >= 100 * MILLI && interval <= 24 * 3_600 * SECOND),
      "How often a leader compares what the replicas of its shard hold; one that differs from a majority shows nothing more and is rebuilt from the "
          + "others.");
  static final ConfigKey<Long> MEMORY_BUDGET = ConfigKey.of("memory.budget", BYTES, 512 * MIB, Bound.between(BYTES, 384 * MIB, 1_024 * GIB),
      "Memory of the whole process. bin/kvd makes heap and network buffers of it (KVD_OPTS goes over them), the engine has what these and the JVM "
          + "leave.");
  static final ConfigKey<Long> BLOCK_CACHE = ConfigKey.derived("engine.block-cache", BYTES,
      "of memory.budget, 32MiB of 512MiB", Bound.between(BYTES, MIB, 1_024 * GIB),
      "Memory of the store engine for what it has read, indexes and filters included.");
  static final ConfigKey<Long> WRITE_BUFFERS = ConfigKey.derived("engine.write-buffers", BYTES,
      "of memory.budget, 64MiB of 512MiB", Bound.between(BYTES, 4 * MIB, 64 * GIB),
      "Memory of the store engine for what is applied and not yet flushed.");
  static final ConfigKey<Long> RECENT_VERSIONS = ConfigKey.derived("engine.recent-versions", BYTES,
      "of memory.budget, 48MiB of 512MiB", Bound.between(BYTES, 0, GIB),
      "Memory, of the heap, for the newest versions written last: a put of such a key reads nothing.");
  static final ConfigKey<Long> RETRIES_CLIENTS = ConfigKey.of("retries.clients", COUNT, 10_000L, Bound.between(COUNT, 1, 10_000_000),
      "Clients each shard remembers so that what they send again takes effect once; a retry of a forgotten client ends in "
          + "OUTCOME_UNKNOWN. The same on every node.");
  static final ConfigKey<Long> HISTORY_AGE = ConfigKey.of("history.keep-age", DURATION, 3_600 * SECOND,
      Bound.that("1s to 8760h; 0s keeps whatever its age", "must lie between 1s and 8760h, or be 0s to keep history whatever its age",
          age -> age == 0 || age >= SECOND && age <= 8_760 * 3_600 * SECOND),
      "Past revisions that are older can be dropped by themselves. Counted while the node runs: one that was restarted and then leads keeps them "
          + "longer, by this much at most.");
  static final ConfigKey<Long> HISTORY_EVENTS = ConfigKey.of("history.keep-events", COUNT, 1_000_000L,
      Bound.that("1000 to 1000000000; 0 keeps however many", "must lie between 1000 and 1000000000, or be 0 to keep however many",
          events -> events == 0 || events >= 1_000 && events <= 1_000_000_000),
      "Changes of keys that each shard keeps at least, if they are younger than history.keep-age; what is before them can be dropped by itself.");
  static final ConfigKey<Long> HEARTBEAT = ConfigKey.of("raft.heartbeat", DURATION, 50 * MILLI,
      Bound.between(DURATION, MILLI, 10 * SECOND), "Between two rounds of heartbeats.");
  static final ConfigKey<Long> ELECTION_TIMEOUT = ConfigKey.of("raft.election-timeout", DURATION, 500 * MILLI,
      Bound.between(DURATION, 5 * MILLI, 60 * SECOND),
      "Shortest silence of a leader after which a follower campaigns; at least 5 x raft.heartbeat. The same on every node: a "
          + "leader's lease is half of it.");
  static final ConfigKey<Long> ELECTION_JITTER = ConfigKey.of("raft.election-jitter", DURATION, 300 * MILLI,
      Bound.between(DURATION, MILLI, 60 * SECOND),
      "What chance adds to it at most; from raft.heartbeat to raft.election-timeout.");
  static final ConfigKey<RaftConfig.Leaders> LEADERS = choice("raft.leaders", RaftConfig.Leaders.class, RaftConfig.Leaders.TOGETHER,
      "Where leadership of the data shards lies: together, on the node that leads the system shard; or spread evenly over the nodes. Kept "
          + "by handing over. The same on every node.");
  static final ConfigKey<Long> NET_LOOPS = ConfigKey.of("net.loops", COUNT, 0L, Bound.between(COUNT, 0, 64),
      "Threads for connections and replicas; 0: as many as the machine suggests.");
  static final ConfigKey<LoggingConfig.Format> LOGGING_FORMAT = choice("logging.format", LoggingConfig.Format.class,
      LoggingConfig.Format.TEXT, "The form of a log line.");
  static final ConfigKey<LoggingConfig.Level> LOGGING_LEVEL = choice("logging.level", LoggingConfig.Level.class,
      LoggingConfig.Level.INFO, "The least grave event that is logged.");
  static final ConfigKey<String> LOGGING_FILE = ConfigKey.derived("logging.file", TEXT, "standard error",
      Bound.that("a file in a folder that exists", "must name a file", file -> !file.isBlank()),
      "Where log lines go. Older files are FILE.1 (the newest of them), FILE.2 and so on.");
  static final ConfigKey<Long> LOGGING_FILE_SIZE = ConfigKey.of("logging.file-size", BYTES, 64 * MIB,
      Bound.between(BYTES, 4 * KIB, 16 * GIB), "Size at which a new log file is begun.");
  static final ConfigKey<Long> LOGGING_FILES = ConfigKey.of("logging.files", COUNT, 8L, Bound.between(COUNT, 1, 1_000),
      "Most log files, the one being written included.");
  static final ConfigKey<Long> SHUTDOWN_GRACE = ConfigKey.of("shutdown.grace", DURATION, 8 * SECOND,
      Bound.between(DURATION, 0, 8 * SECOND), "After SIGTERM: how long what is in flight may take before it is cut off.");

  private static final List<ConfigKey<?>> BEFORE_LIMITS = List.of(
      NODE_NAME, CLUSTER_ID, CLUSTER_NODES, CLUSTER_JOIN, SPLIT_POINTS, LISTEN_CLIENT, LISTEN_PEER, ADMIN_LISTEN, INSECURE, STORAGE_DIR, FREE_SPACE_MIN,
      LOG_SEGMENT_SIZE, LOG_KEEP, HASH_CHECK_INTERVAL, MEMORY_BUDGET, BLOCK_CACHE, WRITE_BUFFERS, RECENT_VERSIONS, RETRIES_CLIENTS, HISTORY_AGE, HISTORY_EVENTS, HEARTBEAT, ELECTION_TIMEOUT, ELECTION_JITTER,
      LEADERS, NET_LOOPS, LOGGING_FORMAT, LOGGING_LEVEL, LOGGING_FILE, LOGGING_FILE_SIZE, LOGGING_FILES, SHUTDOWN_GRACE);

  /** All of them. */
  public static final List<ConfigKey<?>> ALL = Stream.concat(BEFORE_LIMITS.stream(), LimitKeys.ALL.stream()).toList();

  private ConfigKeys() {}

  private static <E extends Enum<E>> ConfigKey<E> choice(String name, Class<E> choices, E usual, String doc) {
    ValueType<E> type = ValueType.choice(choices);
    return ConfigKey.of(name, type, usual, Bound.any(type.unit()), doc);
  }
}
