package io.cairn.client.services;

import io.cairn.client.ByteSeq;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * An entry as bytes: one JSON object in UTF-8 whose {@code "v"} names the format. A reader passes over members that it does not know; what a
 * reader of this format must not pass over raises {@code v}, and an entry with a higher one is unreadable to it, not half understood.
 */
final class EntryText {
  static final long FORMAT = 1;

  private EntryText() {}

  /** The same entry always gives the same bytes. */
  static ByteSeq write(ServiceEntry entry) {
    ServiceInstance instance = entry.instance();
    List<String> members = new ArrayList<>();
    members.add("\"v\":" + FORMAT);
    members.add("\"host\":" + JsonReader.quoted(instance.host()));
    members.add("\"port\":" + instance.port());
    members.add("\"weight\":" + instance.weight());
    if (!instance.version().isEmpty()) {
      members.add("\"version\":" + JsonReader.quoted(instance.version()));
    }
    if (!instance.zone().isEmpty()) {
      members.add("\"zone\":" + JsonReader.quoted(instance.zone()));
    }
    if (!instance.tags().isEmpty()) {
      members.add(instance.tags().stream().map(JsonReader::quoted).collect(Collectors.joining(",", "\"tags\":[", "]")));
    }
    if (!instance.metadata().isEmpty()) {
      members.add(instance.metadata().entrySet().stream()
          .map(each -> JsonReader.quoted(each.getKey()) + ":" + JsonReader.quoted(each.getValue()))
          .collect(Collectors.joining(",", "\"metadata\":{", "}")));
    }
    members.add("\"lifecycle\":" + JsonReader.quoted(word(entry.lifecycle())));
    members.add("\"health\":" + JsonReader.quoted(word(entry.health())));
    members.add("\"generation\":" + entry.generation());
    return ByteSeq.utf8("{" + String.join(",", members) + "}");
  }

  /** @throws IllegalArgumentException when these bytes are no entry, or one of a newer format */
  static ServiceEntry read(String id, ByteSeq bytes) {
    String text = bytes.ifUtf8().orElseThrow(() -> new IllegalArgumentException("the entry is no UTF-8"));
    if (!(JsonReader.read(text) instanceof Map<?, ?> members)) {
      throw new IllegalArgumentException("the entry is no JSON object");
    }
    long format = number(members, "v", -1);
    if (format != FORMAT) {
      throw new IllegalArgumentException("the entry is of format " + format + "; this client reads " + FORMAT);
    }
    ServiceInstance instance = new ServiceInstance(id, text(members, "host", ""), Math.toIntExact(number(members, "port", -1)),
        Math.toIntExact(number(members, "weight", ServiceInstance.WEIGHT)), text(members, "version", ""), text(members, "zone", ""),
        tags(members), metadata(members));
    return new ServiceEntry(instance, one(Lifecycle.class, text(members, "lifecycle", word(Lifecycle.UP))),
        one(ServiceHealth.class, text(members, "health", word(ServiceHealth.PASSING))), number(members, "generation", 1));
  }

  private static String word(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }

  private static <E extends Enum<E>> E one(Class<E> type, String word) {
    for (E each : type.getEnumConstants()) {
      if (word(each).equals(word)) {
        return each;
      }
    }
    throw new IllegalArgumentException("'" + word + "' is no " + type.getSimpleName());
  }

  private static long number(Map<?, ?> members, String name, long otherwise) {
    Object value = members.get(name);
    if (value == null || value instanceof Long) {
      return value == null ? otherwise : (Long) value;
    }
    throw new IllegalArgumentException("\"" + name + "\" is no whole number");
  }

  private static String text(Map<?, ?> members, String name, String otherwise) {
    Object value = members.get(name);
    return value == null ? otherwise : string(name, value);
  }

  private static String string(String name, Object value) {
    if (value instanceof String text) {
      return text;
    }
    throw new IllegalArgumentException("\"" + name + "\" is no string");
  }

  private static TreeSet<String> tags(Map<?, ?> members) {
    TreeSet<String> tags = new TreeSet<>();
    Object value = members.get("tags");
    if (value != null && !(value instanceof List<?>)) {
      throw new IllegalArgumentException("\"tags\" is no array");
    }
    if (value instanceof List<?> list) {
      list.forEach(each -> tags.add(string("tags", each)));
    }
    return tags;
  }

  private static Map<String, String> metadata(Map<?, ?> members) {
    Map<String, String> metadata = new TreeMap<>();
    Object value = members.get("metadata");
    if (value != null && !(value instanceof Map<?, ?>)) {
      throw new IllegalArgumentException("\"metadata\" is no object");
    }
    if (value instanceof Map<?, ?> map) {
      map.forEach((key, each) -> metadata.put((String) key, string("metadata", each)));
    }
    return metadata;
  }
}
