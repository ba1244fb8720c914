package io.cairn.client.services;

import java.util.Collections;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * One who serves, as it describes itself. Immutable.
 *
 * @param id of it among the instances of the service; the same one after a restart
 * @param host a name or an address, an IPv6 one without brackets
 * @param port 1 to 65535
 * @param weight its share of calls against others', 0 to 65535; with 0 it is chosen only when nobody has more
 * @param version of the software, such as {@code v2}; may be empty
 * @param zone where it runs; may be empty
 * @param tags any words, at most 64
 * @param metadata anything else, at most 64 of it
 */
public record ServiceInstance(
    String id, String host, int port, int weight, String version, String zone, Set<String> tags, Map<String, String> metadata) {

  public static final int WEIGHT = 100;
  public static final int WEIGHT_MAX = 65_535;
  private static final int PORT_MAX = 65_535;
  private static final int HOST_MAX = 255;
  private static final int COUNT_MAX = 64;
  private static final int WORD_MAX = 128;
  private static final int METADATA_MAX = 1_024;

  public ServiceInstance {
    ServiceKeys.checkId(id);
    if (host.isBlank() || host.length() > HOST_MAX || host.chars().anyMatch(c -> c <= ' ' || c == '[' || c == ']' || c == '/')) {
      throw new IllegalArgumentException("'" + host + "' is no host; give a name or an address of at most " + HOST_MAX
          + " characters, an IPv6 one without brackets");
    }
    between("a port", port, 1, PORT_MAX);
    between("a weight", weight, 0, WEIGHT_MAX);
    word("a version", version, WORD_MAX);
    word("a zone", zone, WORD_MAX);
    between("the number of tags", tags.size(), 0, COUNT_MAX);
    tags.forEach(tag -> word("a tag", tag, WORD_MAX));
    between("the number of metadata", metadata.size(), 0, COUNT_MAX);
    metadata.forEach((key, value) -> {
      word("a metadata's name", key, WORD_MAX);
      word("a metadata's value", value, METADATA_MAX);
    });
    tags = Collections.unmodifiableSet(new TreeSet<>(tags));
    metadata = Collections.unmodifiableMap(new TreeMap<>(metadata));
  }

  private static void between(String what, int number, int least, int most) {
    if (number < least || number > most) {
      throw new IllegalArgumentException(what + " is " + least + " to " + most + ", was " + number);
    }
  }

  private static void word(String what, String text, int most) {
    Objects.requireNonNull(text, what);
    if (text.length() > most) {
      throw new IllegalArgumentException(what + " has at most " + most + " characters, this one has " + text.length());
    }
  }

  /** One with the usual weight and nothing else. */
  public static ServiceInstance of(String id, String host, int port) {
    return new ServiceInstance(id, host, port, WEIGHT, "", "", Set.of(), Map.of());
  }

  /** @param address as in {@code 10.0.0.7:8080} or {@code [::1]:8080} */
  public static ServiceInstance of(String id, String address) {
    int colon = address.lastIndexOf(':');
    try {
      String host = address.substring(0, Math.max(0, colon));
      boolean bracketed = host.startsWith("[") && host.endsWith("]");
      if (!host.isEmpty() && bracketed == host.indexOf(':') >= 0) {
        return of(id, bracketed ? host.substring(1, host.length() - 1) : host, Integer.parseInt(address.substring(colon + 1)));
      }
    } catch (NumberFormatException e) {
      // Said below.
    }
    throw new IllegalArgumentException("'" + address + "' is not HOST:PORT, as in 10.0.0.7:8080 or [::1]:8080");
  }

  /** As in {@code 10.0.0.7:8080} or {@code [::1]:8080}. */
  public String address() {
    return host.indexOf(':') >= 0 ? "[" + host + "]:" + port : host + ":" + port;
  }

  public ServiceInstance withWeight(int share) {
    return new ServiceInstance(id, host, port, share, version, zone, tags, metadata);
  }

  public ServiceInstance withVersion(String software) {
    return new ServiceInstance(id, host, port, weight, software, zone, tags, metadata);
  }

  public ServiceInstance withZone(String where) {
    return new ServiceInstance(id, host, port, weight, version, where, tags, metadata);
  }

  public ServiceInstance withTags(String... words) {
    return new ServiceInstance(id, host, port, weight, version, zone, new TreeSet<>(java.util.List.of(words)), metadata);
  }

  /** With one more, or another value of one. */
  public ServiceInstance withMetadata(String name, String value) {
    Map<String, String> more = new TreeMap<>(metadata);
    more.put(name, value);
    return new ServiceInstance(id, host, port, weight, version, zone, tags, more);
  }
}
