package io.cairn.storage.mvcc;

/**
 * How far a replica's store has come.
 *
 * @param index last applied entry
 * @param term its term
 * @param revision last revision taken by a change in this store; 1 in a new one
 */
public record Applied(long index, long term, long revision) {}
