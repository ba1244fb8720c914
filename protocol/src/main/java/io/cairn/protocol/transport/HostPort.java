package io.cairn.protocol.transport;

/** An address as people write it: {@code 127.0.0.1:7001}, {@code db1.example:7001}, {@code [::1]:7001}. */
public record HostPort(String host, int port) {

  public HostPort {
    if (host == null || host.isBlank()) {
      throw new IllegalArgumentException("an address needs a host, as in 127.0.0.1:7001");
    }
    if (port < 0 || port > 65_535) {
      throw new IllegalArgumentException("a port lies between 0 and 65535, was " + port);
    }
  }

  /** @throws IllegalArgumentException with what would be right */
  public static HostPort parse(String text) {
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

  @Override
  public String toString() {
    return host.indexOf(':') >= 0 ? "[" + host + "]:" + port : host + ":" + port;
  }
}
