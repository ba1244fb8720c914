package io.cairn.server.members;

/**
 * How the last change ended.
 *
 * @param takenBack why it was taken back; empty when it was carried out
 */
public record EndedChange(long number, String takenBack) {}
