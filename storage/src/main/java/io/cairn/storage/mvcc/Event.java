package io.cairn.storage.mvcc;

/**
 * What one revision made of one key.
 *
 * @param ordinal the place in its revision, from 0
 * @param current the new version; null for a delete
 * @param replaced the version before it; null when the key did not live
 */
public record Event(long revision, int ordinal, byte[] key, Version current, Version replaced) {}
