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

  /** One line, whatever was given: the key may be a stranger's, and what would be right may quote a part of the value. */
  @Override
  public String toString() {
    StringBuilder line = new StringBuilder(oneLine(key));
    if (value == null) {
      line.append(": is not given");
    } else {
      line.append(" = ").append(shown(value));
    }
    if (source != null) {
      line.append(" (").append(oneLine(source)).append(')');
    }
    return line.append(": ").append(oneLine(right)).toString();
  }

  private static String shown(String value) {
    String plain = value.isEmpty() ? "''" : oneLine(value);
    return plain.length() <= 120 ? plain : plain.substring(0, 117) + "...";
  }

  private static String oneLine(String text) {
    return text.replace("\n", "\\n").replace("\r", "\\r");
  }
}
