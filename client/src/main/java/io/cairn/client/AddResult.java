package io.cairn.client;

/**
 * What became of an add.
 *
 * @param revision the add's own
 * @param value what the key's value is now
 */
public record AddResult(long revision, long value) {}
