/**
 * The admin port: HTTP for people, probes and Prometheus.
 *
 * <p>{@code /metrics}, {@code /livez} and {@code /readyz}, served by one thread of their own so that no scrape ever holds up a
 * request and a stuck data loop is still reported. {@link io.cairn.server.admin.Liveness} asks whether the loops turn,
 * {@link io.cairn.server.admin.Readiness} whether reads are answered; the node implements the latter.
 */
package io.cairn.server.admin;
