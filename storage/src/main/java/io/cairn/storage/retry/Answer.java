package io.cairn.storage.retry;

/**
 * What the first application of a command answered.
 *
 * @param changed keys it changed; 0 for a command that took no revision
 * @param previous the version it replaced or deleted, as stored, where the answer shows one that is short enough to be kept;
 *     else null
 * @param previousInEvent whether the answer shows one that must be read again from the event at {@code revision}
 */
public record Answer(long revision, long changed, byte[] previous, boolean previousInEvent) {}
