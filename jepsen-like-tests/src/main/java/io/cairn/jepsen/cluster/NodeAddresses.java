package io.cairn.jepsen.cluster;

/**
 * Where a node is found, each as HOST:PORT.
 *
 * @param client where it listens for clients
 * @param advertised where it tells clients to come to; another address when something stands between
 * @param peer where the other nodes connect
 * @param admin where it answers HTTP
 */
public record NodeAddresses(String client, String advertised, String peer, String admin) {}
