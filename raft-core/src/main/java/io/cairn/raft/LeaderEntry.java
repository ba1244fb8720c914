package io.cairn.raft;

/** Gives the payload of a new leader's first entry: empty, or what must be committed before this leader may serve. */
@FunctionalInterface
public interface LeaderEntry {

  byte[] payload(long term);
}
