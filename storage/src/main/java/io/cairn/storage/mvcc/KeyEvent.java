package io.cairn.storage.mvcc;

/**
 * One change of one key.
 *
 * @param ordinal its place in its revision
 * @param version what the key became; null for a delete
 * @param clientHigh first 64 bits of the id of the client that asked for it
 * @param sequence which of that client's writes it was
 */
public record KeyEvent(long revision, int ordinal, Version version, long clientHigh, long clientLow, long sequence) {}
