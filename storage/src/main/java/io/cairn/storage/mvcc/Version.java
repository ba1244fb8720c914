package io.cairn.storage.mvcc;

/**
 * One version of a key, as a read shows it.
 *
 * @param create revision of the put that created the key
 * @param mod revision of the put that made this version
 * @param version 1 for the put that created the key, then one more for each
 * @param lease 0 for none
 */
public record Version(byte[] key, byte[] value, long create, long mod, long version, long lease) {}
