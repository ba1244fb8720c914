/**
 * Calls of the client library, as a history has them.
 *
 * <p>{@link io.cairn.jepsen.record.RecordingClient} makes calls and writes them down; {@link io.cairn.jepsen.record.ClientWords} says in the
 * words of a history what a client asks and is answered, also for the simulator, whose calls others make;
 * {@link io.cairn.jepsen.record.TruthReader} reads back what the cluster holds of the past when a run is over.
 */
package io.cairn.jepsen.record;
