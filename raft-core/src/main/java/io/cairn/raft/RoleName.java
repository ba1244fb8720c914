package io.cairn.raft;

/** The four roles by name. */
public enum RoleName {
  FOLLOWER, PRE_CANDIDATE, CANDIDATE, LEADER
}
