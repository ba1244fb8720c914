package io.cairn.client.services;

import io.cairn.client.ByteSeq;
import io.cairn.client.KeyRange;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where entries stand: {@code services/{SERVICE}/ID}. The braces make all of a service one tag, so it lies in one shard: its view waits for no
 * other shard, and changes of several of its entries can be one transaction. Different services may lie in different shards.
 */
public final class ServiceKeys {
  /** Every entry of every service begins with this. */
  public static final String PREFIX = "services/";

  private static final Pattern SERVICE = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,127}");
  private static final Pattern ID = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._:@-]{0,199}");
  private static final Pattern KEY = Pattern.compile("services/\\{([^{}/]+)}/([^/]+)");

  private ServiceKeys() {}

  /** @throws IllegalArgumentException with what would be right */
  public static String checkService(String service) {
    if (!SERVICE.matcher(service).matches()) {
      throw new IllegalArgumentException("'" + service + "' is no name of a service: 1 to 128 of A-Z a-z 0-9 . _ -, the first a letter or digit");
    }
    return service;
  }

  /** @throws IllegalArgumentException with what would be right */
  public static String checkId(String id) {
    if (!ID.matcher(id).matches()) {
      throw new IllegalArgumentException("'" + id + "' is no id of an instance: 1 to 200 of A-Z a-z 0-9 . _ : @ -, the first a letter or digit");
    }
    return id;
  }

  public static ByteSeq key(String service, String id) {
    return ByteSeq.utf8(PREFIX + "{" + checkService(service) + "}/" + checkId(id));
  }

  /** All entries of a service. */
  public static KeyRange range(String service) {
    return KeyRange.prefix(PREFIX + "{" + checkService(service) + "}/");
  }

  /** The id in a key of an entry; empty for a key that is none. */
  public static Optional<String> id(ByteSeq key) {
    return part(key, 2);
  }

  /** The service in a key of an entry, or in the prefix that a service's entries have in common. */
  public static Optional<String> service(ByteSeq key) {
    return part(key.utf8().endsWith("/") ? ByteSeq.utf8(key.utf8() + "x") : key, 1);
  }

  private static Optional<String> part(ByteSeq key, int group) {
    Matcher matcher = KEY.matcher(key.utf8());
    boolean fits = matcher.matches() && SERVICE.matcher(matcher.group(1)).matches() && ID.matcher(matcher.group(2)).matches();
    return fits ? Optional.of(matcher.group(group)) : Optional.empty();
  }
}
