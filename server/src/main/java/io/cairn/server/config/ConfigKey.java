package io.cairn.server.config;

/**
 * One key of the configuration and all there is to know of it. The list of them in {@link ConfigKeys} drives reading,
 * {@code kvd --help} and the test that {@code config/kvd.yaml} documents every key.
 *
 * @param name as in the file, such as {@code raft.heartbeat}
 * @param type how its text is read and printed, and its unit
 * @param defaultValue used when the key is nowhere given; null when it must be given or follows from others
 * @param defaultText the default as documented
 * @param bound which values are refused
 * @param doc what it decides, in a sentence or two
 */
public record ConfigKey<T>(String name, ValueType<T> type, T defaultValue, String defaultText, Bound<T> bound, String doc) {

  static final String MUST_BE_GIVEN = "none, must be given";

  static <T> ConfigKey<T> of(String name, ValueType<T> type, T defaultValue, Bound<T> bound, String doc) {
    return new ConfigKey<>(name, type, defaultValue, type.print(defaultValue), bound, doc);
  }

  static <T> ConfigKey<T> required(String name, ValueType<T> type, Bound<T> bound, String doc) {
    return new ConfigKey<>(name, type, null, MUST_BE_GIVEN, bound, doc);
  }

  static <T> ConfigKey<T> derived(String name, ValueType<T> type, String defaultText, Bound<T> bound, String doc) {
    return new ConfigKey<>(name, type, null, defaultText, bound, doc);
  }

  boolean isRequired() {
    return defaultText.equals(MUST_BE_GIVEN);
  }

  /** Its name in the environment: {@code storage.dir} is {@code KVD_STORAGE_DIR}. */
  public String environmentName() {
    return ENVIRONMENT_PREFIX + name.toUpperCase(java.util.Locale.ROOT).replace('.', '_').replace('-', '_');
  }

  /** What every name in the environment that is meant for kvd begins with. */
  public static final String ENVIRONMENT_PREFIX = "KVD_";

  String missing() {
    return "it has no default and must be given: " + bound.text();
  }
}
