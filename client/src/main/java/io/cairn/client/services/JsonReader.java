package io.cairn.client.services;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads one JSON text (RFC 8259) into maps, lists, strings, longs, doubles, booleans and null. Anybody may write entries, so what is no JSON,
 * or is nested deeper than any entry, is refused with the place.
 */
final class JsonReader {
  private static final int DEPTH_MAX = 16;
  private static final int HEX = 16;
  private static final int HEX_DIGITS = 4;

  private final String text;
  private int at;

  private JsonReader(String text) {
    this.text = text;
  }

  /** @throws IllegalArgumentException when it is no JSON */
  static Object read(String text) {
    JsonReader reader = new JsonReader(text);
    Object value = reader.value(0);
    reader.blanks();
    if (reader.at != text.length()) {
      throw reader.fault("the end");
    }
    return value;
  }

  private IllegalArgumentException fault(String expected) {
    return new IllegalArgumentException("no JSON: expected " + expected + " at character " + at);
  }

  private void blanks() {
    while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
      at++;
    }
  }

  private boolean take(char c) {
    blanks();
    if (at < text.length() && text.charAt(at) == c) {
      at++;
      return true;
    }
    return false;
  }

  private void need(char c) {
    if (!take(c)) {
      throw fault("'" + c + "'");
    }
  }

  private Object value(int depth) {
    if (depth > DEPTH_MAX) {
      throw fault("less depth");
    }
    blanks();
    if (take('{')) {
      return object(depth);
    } else if (take('[')) {
      return array(depth);
    } else if (at < text.length() && text.charAt(at) == '"') {
      return string();
    }
    int from = at;
    while (at < text.length() && ",]} \t\r\n".indexOf(text.charAt(at)) < 0) {
      at++;
    }
    return word(text.substring(from, at), from);
  }

  private Object word(String word, int from) {
    switch (word) {
      case "true":
        return true;
      case "false":
        return false;
      case "null":
        return null;
      default:
        if (word.matches("-?(0|[1-9]\\d{0,17})")) {
          return Long.parseLong(word);
        } else if (word.matches("-?(0|[1-9]\\d*)(\\.\\d+)?([eE][+-]?\\d+)?")) {
          return Double.parseDouble(word);
        }
        at = from;
        throw fault("a value");
    }
  }

  private Map<String, Object> object(int depth) {
    Map<String, Object> members = new LinkedHashMap<>();
    if (take('}')) {
      return members;
    }
    do {
      blanks();
      String name = string();
      need(':');
      if (members.containsKey(name)) {
        throw fault("another name than \"" + name + "\" again");
      }
      members.put(name, value(depth + 1));
    } while (take(','));
    need('}');
    return members;
  }

  private List<Object> array(int depth) {
    List<Object> elements = new ArrayList<>();
    if (take(']')) {
      return elements;
    }
    do {
      elements.add(value(depth + 1));
    } while (take(','));
    need(']');
    return elements;
  }

  private String string() {
    need('"');
    StringBuilder read = new StringBuilder();
    while (at < text.length() && text.charAt(at) != '"') {
      char c = text.charAt(at++);
      if (c < ' ') {
        throw fault("an escaped control character before this");
      }
      read.append(c == '\\' ? escaped() : c);
    }
    need('"');
    return read.toString();
  }

  private char escaped() {
    char kind = at < text.length() ? text.charAt(at++) : ' ';
    switch (kind) {
      case '"', '\\', '/':
        return kind;
      case 'b':
        return '\b';
      case 'f':
        return '\f';
      case 'n':
        return '\n';
      case 'r':
        return '\r';
      case 't':
        return '\t';
      case 'u':
        String digits = text.substring(at, Math.min(text.length(), at + HEX_DIGITS));
        if (digits.matches("[0-9a-fA-F]{4}")) {
          at += HEX_DIGITS;
          return (char) Integer.parseInt(digits, HEX);
        }
        throw fault("four hexadecimal digits");
      default:
        throw fault("an escape before this");
    }
  }

  /** A string as it stands in JSON. */
  static String quoted(String text) {
    StringBuilder out = new StringBuilder("\"");
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        out.append('\\').append(c);
      } else if (c < ' ' || Character.isSurrogate(c)) {
        out.append(String.format("\\u%04x", (int) c));
      } else {
        out.append(c);
      }
    }
    return out.append('"').toString();
  }
}
