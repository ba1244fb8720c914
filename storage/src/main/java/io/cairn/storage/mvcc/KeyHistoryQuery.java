package io.cairn.storage.mvcc;

/**
 * What became of a key, page by page, newest first.
 *
 * @param from the lowest revision that is of interest
 * @param to the highest
 * @param limit most events of the page, 1 or more
 * @param bytesMax the page ends once this many bytes are in it (at least one event is)
 * @param stepsMax most events to look at: then the page ends, be it empty
 * @param atRevision where the page before said that this one begins; 0 for the first
 */
public record KeyHistoryQuery(byte[] key, long from, long to, int limit, long bytesMax, int stepsMax, long atRevision, int atOrdinal) {}
