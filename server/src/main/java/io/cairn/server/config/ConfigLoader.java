package io.cairn.server.config;

import io.cairn.protocol.transport.HostPort;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Makes a {@link NodeConfig} of a file's text, over it the environment, over that flags; or reports everything that is wrong.
 *
 * <p>A value that cannot be read is reported and its key's default stands in for it, so that the checks between keys still run;
 * they are then silent about that key.
 */
public final class ConfigLoader {
  /** What bin/kvd made the heap for, as it has read it. */
  private static final String HEAP_BUDGET = "KVD_HEAP_BUDGET";
  /** Meant for bin/kvd, or from it; not for a key. */
  private static final Set<String> NOT_KEYS = Set.of("KVD_OPTS", HEAP_BUDGET);
  private static final long LEAST_FREE_SPACE = 16L << 20;

  private final Map<String, Setting> settings = new LinkedHashMap<>();
  private final Map<String, Object> values = new LinkedHashMap<>();
  private final Set<String> unread = new LinkedHashSet<>();
  private final List<ConfigMistake> mistakes = new ArrayList<>();

  private ConfigLoader() {}

  /**
   * @param fileName what messages call the file; null when there is none
   * @param yaml its text
   * @param environment all of it; only names that begin with {@code KVD_} are looked at
   * @param flags key and value in the order given; a key may stand there once
   * @throws ConfigException with every mistake
   */
  public static NodeConfig load(String fileName, String yaml, Map<String, String> environment, List<Map.Entry<String, String>> flags) {
    ConfigLoader loader = new ConfigLoader();
    if (fileName != null) {
      loader.takeFile(ConfigFile.read(fileName, yaml));
    }
    loader.takeEnvironment(environment);
    loader.takeFlags(flags);
    loader.readAll();
    loader.checkHeap(environment.get(HEAP_BUDGET));
    return loader.build();
  }

  /** The heap was made before the configuration was read: by what a script could read of it. */
  private void checkHeap(String script) {
    long budget = value(ConfigKeys.MEMORY_BUDGET);
    if (script != null && ConfigKeys.MEMORY_BUDGET.bound().refusal(budget) == null && !script.equals((budget >> 20) + "MiB")) {
      mistakes.add(new ConfigMistake(ConfigKeys.MEMORY_BUDGET.name(), ConfigKeys.MEMORY_BUDGET.type().print(budget), null,
          "was read as " + script + " by bin/kvd, which made the heap for that; write it in one line, as in 'memory.budget: 768MiB'"));
    }
  }

  /** From keys and values alone, as flags would give them: for tests and simulated nodes. */
  public static NodeConfig of(Map<String, String> values) {
    return load(null, null, Map.of(), List.copyOf(new LinkedHashMap<>(values).entrySet()));
  }

  private void takeFile(ConfigFile file) {
    mistakes.addAll(file.mistakes());
    file.settings().forEach(this::take);
  }

  private void takeEnvironment(Map<String, String> environment) {
    Map<String, String> known = new LinkedHashMap<>();
    ConfigKeys.ALL.forEach(key -> known.put(key.environmentName(), key.name()));
    for (String name : environment.keySet().stream().sorted().toList()) {
      if (!name.startsWith(ConfigKey.ENVIRONMENT_PREFIX) || NOT_KEYS.contains(name)) {
        continue;
      }
      String key = known.get(name);
      if (key == null) {
        String guess = NearestKey.to(name.substring(ConfigKey.ENVIRONMENT_PREFIX.length()).toLowerCase(java.util.Locale.ROOT)
            .replace('_', '.'), ConfigKeys.ALL);
        mistakes.add(new ConfigMistake(name, environment.get(name), "environment",
            "no such key; did you mean " + environmentName(guess) + "?"));
      } else {
        settings.put(key, new Setting(Written.text(environment.get(name)), name));
      }
    }
  }

  private static String environmentName(String key) {
    for (ConfigKey<?> known : ConfigKeys.ALL) {
      if (known.name().equals(key)) {
        return known.environmentName();
      }
    }
    return key;
  }

  private void takeFlags(List<Map.Entry<String, String>> flags) {
    Set<String> given = new LinkedHashSet<>();
    for (Map.Entry<String, String> flag : flags) {
      if (!given.add(flag.getKey())) {
        mistakes.add(new ConfigMistake(flag.getKey(), flag.getValue(), "--" + flag.getKey(), "the flag is given twice; keep one"));
      }
      take(flag.getKey(), new Setting(Written.text(flag.getValue()), "--" + flag.getKey()));
    }
  }

  private void take(String key, Setting setting) {
    for (ConfigKey<?> known : ConfigKeys.ALL) {
      if (known.name().equals(key)) {
        settings.put(key, setting);
        return;
      }
    }
    mistakes.add(new ConfigMistake(key, setting.value().toString(), setting.source(),
        "no such key; did you mean " + NearestKey.to(key, ConfigKeys.ALL) + "?"));
  }

  private void readAll() {
    for (ConfigKey<?> key : ConfigKeys.ALL) {
      values.put(key.name(), read(key));
    }
  }

  private <T> T read(ConfigKey<T> key) {
    Setting setting = settings.get(key.name());
    if (setting == null) {
      return key.defaultValue();
    }
    try {
      return key.type().parse(setting.value());
    } catch (IllegalArgumentException e) {
      unread.add(key.name());
      mistakes.add(new ConfigMistake(key.name(), setting.value().toString(), setting.source(), e.getMessage()));
      return key.defaultValue();
    }
  }

  /** Safe because {@link #readAll()} puts under a key's name only what that key's type has read. */
  @SuppressWarnings("unchecked")
  private <T> T value(ConfigKey<T> key) {
    return (T) values.get(key.name());
  }

  private NodeConfig build() {
    ClusterNode self = self();
    ClusterConfig cluster = attempt(() -> new ClusterConfig(value(ConfigKeys.NODE_NAME), value(ConfigKeys.CLUSTER_ID),
        value(ConfigKeys.CLUSTER_NODES), value(ConfigKeys.SPLIT_POINTS), value(ConfigKeys.CLUSTER_JOIN)));
    AddressConfig addresses = attempt(() -> new AddressConfig(
        given(ConfigKeys.LISTEN_CLIENT, self == null ? null : self.client()),
        given(ConfigKeys.LISTEN_PEER, self == null ? null : self.peer()),
        value(ConfigKeys.ADMIN_LISTEN), value(ConfigKeys.INSECURE)));
    EngineConfig engine = attempt(() -> EngineConfig.of(value(ConfigKeys.MEMORY_BUDGET), value(ConfigKeys.BLOCK_CACHE), value(ConfigKeys.WRITE_BUFFERS),
        value(ConfigKeys.RECENT_VERSIONS)));
    StorageConfig storage = attempt(() -> new StorageConfig(
        value(ConfigKeys.STORAGE_DIR), freeSpaceMin(engine), value(ConfigKeys.LOG_SEGMENT_SIZE), value(ConfigKeys.LOG_KEEP),
        value(ConfigKeys.HASH_CHECK_INTERVAL)));
    HistoryConfig history = attempt(() -> new HistoryConfig(value(ConfigKeys.HISTORY_AGE), value(ConfigKeys.HISTORY_EVENTS)));
    RaftConfig raft = attempt(() -> new RaftConfig(
        value(ConfigKeys.HEARTBEAT), value(ConfigKeys.ELECTION_TIMEOUT), value(ConfigKeys.ELECTION_JITTER), value(ConfigKeys.LEADERS)));
    Limits limits = attempt(() -> LimitKeys.read(this::value));
    LoggingConfig logging = attempt(() -> new LoggingConfig(value(ConfigKeys.LOGGING_FORMAT), value(ConfigKeys.LOGGING_LEVEL),
        value(ConfigKeys.LOGGING_FILE), value(ConfigKeys.LOGGING_FILE_SIZE), value(ConfigKeys.LOGGING_FILES)));
    NodeConfig config = attempt(() -> new NodeConfig(cluster, addresses, storage, engine, value(ConfigKeys.RETRIES_CLIENTS), history, raft,
        value(ConfigKeys.NET_LOOPS), limits, logging, value(ConfigKeys.SHUTDOWN_GRACE)));
    if (!mistakes.isEmpty()) {
      throw new ConfigException(mistakes);
    }
    return config;
  }

  private ClusterNode self() {
    List<ClusterNode> nodes = value(ConfigKeys.CLUSTER_NODES);
    String name = value(ConfigKeys.NODE_NAME);
    return nodes == null ? null : nodes.stream().filter(node -> node.name().equals(name)).findFirst().orElse(null);
  }

  /** What was given, else the node's own address; a stand-in that clashes with nothing when that is not known (and reported). */
  private HostPort given(ConfigKey<HostPort> key, HostPort own) {
    HostPort address = value(key);
    if (address != null) {
      return address;
    }
    return own != null ? own : new HostPort("127.0.0.1", 0);
  }

  /** What was given, else what a flush of all that is not flushed and two segments of the log take. */
  private long freeSpaceMin(EngineConfig engine) {
    Long given = value(ConfigKeys.FREE_SPACE_MIN);
    long buffers = engine == null ? 0 : engine.writeBufferBytes();
    return given != null ? given : Math.max(LEAST_FREE_SPACE, 2 * value(ConfigKeys.LOG_SEGMENT_SIZE) + buffers);
  }

  private <T> T attempt(Supplier<T> record) {
    try {
      return record.get();
    } catch (ConfigException e) {
      for (ConfigMistake mistake : e.mistakes()) {
        if (!unread.contains(mistake.key())) {
          Setting setting = settings.get(mistake.key());
          mistakes.add(setting == null ? mistake : mistake.from(setting.source()));
        }
      }
      return null;
    }
  }
}
