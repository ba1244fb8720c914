package io.cairn.server.watch;

import io.cairn.protocol.wire.WatchBatch;
import io.cairn.server.outcome.Refusal;

/**
 * A part of a watch's answer on its way to the connection's loop.
 *
 * @param watch the id of its request
 * @param batch what to send; null at the watch's end
 * @param end why it ends; null while it goes on
 * @param bytes what it counts for in its lane until it is sent
 */
public record WatchPart(long watch, WatchBatch batch, Refusal end, int bytes) {}
