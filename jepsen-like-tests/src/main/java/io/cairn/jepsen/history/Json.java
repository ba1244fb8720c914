package io.cairn.jepsen.history;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** JSON as far as a history needs it: objects, arrays, strings, whole numbers, true and false. */
final class Json {
  private final String text;
  private int at;

  private Json(String text) {
    this.text = text;
  }

  static String write(Object value) {
    StringBuilder out = new StringBuilder();
    write(value, out);
    return out.toString();
  }

  private static void write(Object value, StringBuilder out) {
    switch (value) {
      case Map<?, ?> object -> {
        String before = "{";
        for (Map.Entry<?, ?> each : object.entrySet()) {
          out.append(before);
          quote((String) each.getKey(), out);
          out.append(':');
          write(each.getValue(), out);
          before = ",";
        }
        out.append(object.isEmpty() ? "{}" : "}");
      }
      case List<?> array -> {
        out.append('[');
        for (int i = 0; i < array.size(); i++) {
          out.append(i == 0 ? "" : ",");
          write(array.get(i), out);
        }
        out.append(']');
      }
      case String string -> quote(string, out);
      case Number number -> out.append(number.longValue());
      case Boolean flag -> out.append(flag);
      default -> throw new IllegalArgumentException("a history holds no " + value.getClass());
    }
  }

  private static void quote(String string, StringBuilder out) {
    out.append('"');
    for (int i = 0; i < string.length(); i++) {
      char c = string.charAt(i);
      if (c == '"' || c == '\\') {
        out.append('\\').append(c);
      } else if (c < ' ' || Character.isSurrogate(c)) {
        out.append(String.format("\\u%04x", (int) c));
      } else {
        out.append(c);
      }
    }
    out.append('"');
  }

  /** @throws IllegalArgumentException with what is wrong and where */
  static Object read(String text) {
    Json json = new Json(text);
    Object value = json.value();
    json.spaces();
    if (json.at != text.length()) {
      throw json.wrong("nothing more");
    }
    return value;
  }

  private Object value() {
    spaces();
    char c = peek();
    if (c == '{') {
      return object();
    } else if (c == '[') {
      return array();
    } else if (c == '"') {
      return string();
    } else if (c == '-' || c >= '0' && c <= '9') {
      return number();
    } else if (text.startsWith("true", at)) {
      at += 4;
      return true;
    } else if (text.startsWith("false", at)) {
      at += 5;
      return false;
    }
    throw wrong("an object, an array, a string, a whole number, true or false");
  }

  private Map<String, Object> object() {
    Map<String, Object> object = new LinkedHashMap<>();
    at++;
    spaces();
    while (peek() != '}') {
      if (!object.isEmpty()) {
        take(',');
        spaces();
      }
      String name = string();
      spaces();
      take(':');
      object.put(name, value());
      spaces();
    }
    at++;
    return object;
  }

  private List<Object> array() {
    List<Object> array = new ArrayList<>();
    at++;
    spaces();
    while (peek() != ']') {
      if (!array.isEmpty()) {
        take(',');
      }
      array.add(value());
      spaces();
    }
    at++;
    return array;
  }

  private String string() {
    take('"');
    StringBuilder string = new StringBuilder();
    while (peek() != '"') {
      char c = text.charAt(at++);
      string.append(c == '\\' ? escaped() : c);
    }
    at++;
    return string.toString();
  }

  private char escaped() {
    char c = peek();
    at++;
    if (c == 'u' && at + 4 <= text.length()) {
      at += 4;
      return (char) Integer.parseInt(text, at - 4, at, 16);
    }
    int known = "nrtbf\"\\/".indexOf(c);
    if (known < 0) {
      throw wrong("an escape that JSON knows");
    }
    return "\n\r\t\b\f\"\\/".charAt(known);
  }

  private Long number() {
    int from = at;
    while (at < text.length() && (text.charAt(at) == '-' || Character.isDigit(text.charAt(at)))) {
      at++;
    }
    try {
      return Long.parseLong(text, from, at, 10);
    } catch (NumberFormatException e) {
      at = from;
      throw wrong("a whole number of 64 bits");
    }
  }

  private void spaces() {
    while (at < text.length() && text.charAt(at) <= ' ') {
      at++;
    }
  }

  private char peek() {
    if (at == text.length()) {
      throw wrong("more");
    }
    return text.charAt(at);
  }

  private void take(char c) {
    if (peek() != c) {
      throw wrong("'" + c + "'");
    }
    at++;
  }

  private IllegalArgumentException wrong(String due) {
    String found = at == text.length() ? "the end" : "'" + text.substring(at, Math.min(text.length(), at + 20)) + "'";
    return new IllegalArgumentException("at character " + (at + 1) + " there should be " + due + ", there is " + found);
  }
}
