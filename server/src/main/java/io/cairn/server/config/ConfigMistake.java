package io.cairn.server.config;

/**
 * One thing that is wrong with a configuration, in the words of whoever wrote it.
 *
 * @param key the key, such as {@code raft.heartbeat}
 * @param value what was given, as written; null when nothing was
 * @param source where it was given, such as {@code n1.yaml line 7} or {@code KVD_RAFT_HEARTBEAT}; null when nowhere
 * @param right what would be right
 */
public record ConfigMistake(String key, String value, String source, String right) {

  ConfigMistake from(String place) {
    return new ConfigMistake(key, value, place, right);
  }

  /** One line, whatever the value held. */
  @Override
  public String toString() {
    StringBuilder line = new StringBuilder(key);
    if (value == null) {
      line.append(": is not given");
    } else {
      line.append(" = ").append(oneLine(value));
    }
    if (source != null) {
      line.append(" (").append(source).append(')');
    }
    return line.append(": ").append(right).toString();
  }

  private static String oneLine(String text) {
    String plain = text.isEmpty() ? "''" : text.replace("\n", "\\n").replace("\r", "\\r");
    return plain.length() <= 120 ? plain : plain.substring(0, 117) + "...";
  }
}
