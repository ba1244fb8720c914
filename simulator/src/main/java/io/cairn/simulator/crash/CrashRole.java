package io.cairn.simulator.crash;

/**
 * What a node was when it lost its power: of a place that belongs to one replica, what that replica was; of one that belongs to the whole
 * node, whether any of its replicas led.
 */
public enum CrashRole {
  LEADING,
  FOLLOWING,
  CAMPAIGNING,
  STARTING
}
