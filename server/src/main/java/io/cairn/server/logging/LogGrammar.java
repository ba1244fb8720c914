package io.cairn.server.logging;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The one form of a message: {@code shard=7 replica=2 t5 leader became leader; votes=3/5}: who it is about as {@code key=value},
 * one event in the past tense, and after a semicolon what else is known as {@code key=value}. A value with a blank in it stands
 * in double quotes. A message of another form (a library's) is an event without more.
 *
 * @param identity who it is about, in the order written
 * @param event what happened
 * @param details what else is known of it, in the order written
 */
record LogGrammar(Map<String, String> identity, String event, Map<String, String> details) {

  static LogGrammar parse(String message) {
    Map<String, String> identity = new LinkedHashMap<>();
    int begin = takePairs(message, 0, identity);
    int semicolon = message.lastIndexOf("; ");
    if (semicolon >= begin) {
      Map<String, String> details = new LinkedHashMap<>();
      if (takePairs(message, semicolon + 2, details) == message.length()) {
        return new LogGrammar(identity, message.substring(begin, semicolon), details);
      }
    }
    return new LogGrammar(identity, message.substring(begin), Map.of());
  }

  /** Takes as many pairs as stand there; returns where the first thing begins that is none. */
  private static int takePairs(String text, int from, Map<String, String> pairs) {
    int at = from;
    while (at < text.length()) {
      int equals = endOfName(text, at);
      if (equals == at || equals >= text.length() || text.charAt(equals) != '=') {
        return at;
      }
      int end = endOfValue(text, equals + 1);
      pairs.put(text.substring(at, equals), unquoted(text.substring(equals + 1, end)));
      at = end < text.length() ? end + 1 : end;
    }
    return at;
  }

  private static int endOfName(String text, int from) {
    int at = from;
    while (at < text.length() && (Character.isLetterOrDigit(text.charAt(at)) || "._-".indexOf(text.charAt(at)) >= 0)) {
      at++;
    }
    return at;
  }

  private static int endOfValue(String text, int from) {
    if (from < text.length() && text.charAt(from) == '"') {
      int quote = text.indexOf('"', from + 1);
      if (quote >= 0) {
        return quote + 1;
      }
    }
    int blank = text.indexOf(' ', from);
    return blank < 0 ? text.length() : blank;
  }

  private static String unquoted(String value) {
    boolean quoted = value.length() >= 2 && value.charAt(0) == '"' && value.charAt(value.length() - 1) == '"';
    return quoted ? value.substring(1, value.length() - 1) : value;
  }
}
