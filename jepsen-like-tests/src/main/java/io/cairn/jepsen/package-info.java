/**
 * Real processes, real faults: what a cluster of {@code kvd} processes does when they are killed, stopped, paused and fed with nonsense.
 *
 * <p>Start with {@link io.cairn.jepsen.cluster.LocalCluster}, which runs the processes, and {@link io.cairn.jepsen.raw.RawConnection},
 * which says to one node whatever bytes it is told to say. Nothing here knows the server's code: the processes are started from the jars
 * that its build leaves, and spoken to through the client library or the frames of the protocol.
 */
package io.cairn.jepsen;
