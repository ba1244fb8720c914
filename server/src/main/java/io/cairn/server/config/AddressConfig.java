package io.cairn.server.config;

import io.cairn.protocol.transport.HostPort;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Where this node listens.
 *
 * @param client for clients; port 0 takes a free one
 * @param peer for the other nodes; port 0 takes a free one
 * @param admin for metrics and health over HTTP; port 0 takes a free one
 * @param insecure whether an address that other machines reach may be open without TLS
 */
public record AddressConfig(HostPort client, HostPort peer, HostPort admin, boolean insecure) {

  public AddressConfig {
    Mistakes mistakes = new Mistakes()
        .bound(ConfigKeys.LISTEN_CLIENT, client)
        .bound(ConfigKeys.LISTEN_PEER, peer)
        .bound(ConfigKeys.ADMIN_LISTEN, admin);
    if (mistakes.none()) {
      checkReach(ConfigKeys.LISTEN_CLIENT, client, insecure, mistakes);
      checkReach(ConfigKeys.LISTEN_PEER, peer, insecure, mistakes);
      checkReach(ConfigKeys.ADMIN_LISTEN, admin, insecure, mistakes);
      checkClash(ConfigKeys.LISTEN_PEER, peer, ConfigKeys.LISTEN_CLIENT, client, mistakes);
      checkClash(ConfigKeys.ADMIN_LISTEN, admin, ConfigKeys.LISTEN_CLIENT, client, mistakes);
      checkClash(ConfigKeys.ADMIN_LISTEN, admin, ConfigKeys.LISTEN_PEER, peer, mistakes);
    }
    mistakes.throwIfAny();
  }

  /** The addresses that other machines reach, by key; without TLS each is said in the log. */
  public Map<String, HostPort> openToOthers() {
    Map<String, HostPort> open = new LinkedHashMap<>();
    put(open, ConfigKeys.LISTEN_CLIENT, client);
    put(open, ConfigKeys.LISTEN_PEER, peer);
    put(open, ConfigKeys.ADMIN_LISTEN, admin);
    return open;
  }

  private static void put(Map<String, HostPort> open, ConfigKey<HostPort> key, HostPort address) {
    if (!isLoopback(address.host())) {
      open.put(key.name(), address);
    }
  }

  /** By the letters alone: no name is looked up, so a name other than {@code localhost} counts as reached by others. */
  static boolean isLoopback(String host) {
    return host.equals("localhost") || host.equals("::1") || host.equals("0:0:0:0:0:0:0:1") || host.matches("127(\\.\\d{1,3}){3}");
  }

  private static void checkReach(ConfigKey<HostPort> key, HostPort address, boolean insecure, Mistakes mistakes) {
    mistakes.claim(insecure || isLoopback(address.host()), key, address,
        "other machines reach this address and there is no TLS yet: listen on 127.0.0.1, or accept it with security.insecure: true");
  }

  private static void checkClash(
      ConfigKey<HostPort> key, HostPort address, ConfigKey<HostPort> other, HostPort taken, Mistakes mistakes) {
    boolean sameHost = address.host().equals(taken.host())
        || ClusterConfig.isWildcard(address.host()) || ClusterConfig.isWildcard(taken.host());
    mistakes.claim(address.port() == 0 || address.port() != taken.port() || !sameHost, key, address,
        "is also where " + other.name() + " listens (" + taken + "); each needs a port of its own");
  }
}
