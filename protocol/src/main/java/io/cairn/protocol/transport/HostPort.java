package io.cairn.protocol.transport;

/**
 * An address as people write it: {@code 127.0.0.1:7001}, {@code db1.example:7001}, {@code [::1]:7001}. What it is written as is read
 * again as the same address: logs and snapshots hold it in that form.
 */
public record HostPort(String host, int port) {
  /** The longest name that the DNS has, and two. */
  private static final int HOST_MAX = 255;
  private static final int TEXT_MAX = HOST_MAX + "[]:65535".length();

  public HostPort {
    if (host == null || host.isBlank()) {
      throw new IllegalArgumentException("an address needs a host, as in 127.0.0.1:7001");
    }
    if (host.length() > HOST_MAX || host.chars().anyMatch(HostPort::isNeverInAHost)) {
      throw new IllegalArgumentException("a host has at most " + HOST_MAX + " characters, and no blank, bracket or control character");
    }
    if (port < 0 || port > 65_535) {
      throw new IllegalArgumentException("a port lies between 0 and 65535, was " + port);
    }
  }

  /** @throws IllegalArgumentException with what would be right */
  public static HostPort parse(String text) {
    if (text.length() > TEXT_MAX) {
      throw new IllegalArgumentException("an address has at most " + TEXT_MAX + " characters, this one has " + text.length());
    }
    String trimmed = text.trim();
    int colon = trimmed.lastIndexOf(':');
    if (colon <= 0 || colon == trimmed.length() - 1) {
      throw new IllegalArgumentException("'" + text + "' is not HOST:PORT, as in 127.0.0.1:7001");
    }
    String host = trimmed.substring(0, colon);
    if (host.startsWith("[") && host.endsWith("]")) {
      host = host.substring(1, host.length() - 1);
    } else if (host.indexOf(':') >= 0) {
      throw new IllegalArgumentException("'" + text + "' is not HOST:PORT; an IPv6 host stands in brackets, as in [::1]:7001");
    }
    try {
      return new HostPort(host, Integer.parseInt(trimmed.substring(colon + 1)));
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("'" + text + "' is not HOST:PORT: '" + trimmed.substring(colon + 1) + "' is not a port", e);
    }
  }

  private static boolean isNeverInAHost(int c) {
    return c == '[' || c == ']' || Character.isWhitespace(c) || Character.isSpaceChar(c) || Character.isISOControl(c);
  }

  @Override
  public String toString() {
    return host.indexOf(':') >= 0 ? "[" + host + "]:" + port : host + ":" + port;
  }
}
