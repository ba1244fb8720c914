package io.cairn.raft.read;

/**
 * At the asker: the read may be served from this replica once {@code index} is applied. When {@code ok} is false leadership
 * was lost or refused, nothing is known, and a new read with a new id is needed (RD-04).
 */
public record ReadAnswer(long read, long index, long answer, boolean ok) {}
