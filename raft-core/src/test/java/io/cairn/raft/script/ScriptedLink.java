package io.cairn.raft.script;

import io.cairn.raft.message.RaftMessage;
import java.util.ArrayList;
import java.util.List;

/** One direction between two replicas: what is on its way, in order, and what is held up. */
final class ScriptedLink {

  private final ScriptedCluster cluster;
  private final String to;
  private final List<RaftMessage> underWay = new ArrayList<>();
  private final List<RaftMessage> parked = new ArrayList<>();
  private boolean cut;

  ScriptedLink(ScriptedCluster cluster, String to) {
    this.cluster = cluster;
    this.to = to;
  }

  void send(RaftMessage message) {
    if (!cut) {
      underWay.add(message);
    }
  }

  boolean isBusy() {
    return !underWay.isEmpty();
  }

  void cut(boolean isCut) {
    cut = isCut;
    if (cut) {
      underWay.clear();
    }
  }

  void deliver(int count) {
    for (int due = Math.min(count, underWay.size()); due > 0; due--) {
      cluster.replica(to).receive(underWay.removeFirst());
    }
  }

  int drop(int count) {
    int lost = Math.min(count, underWay.size());
    underWay.subList(0, lost).clear();
    return lost;
  }

  void duplicate() {
    underWay.addAll(List.copyOf(underWay));
  }

  int park() {
    parked.addAll(underWay);
    underWay.clear();
    return parked.size();
  }

  void unpark() {
    for (RaftMessage message : List.copyOf(parked)) {
      cluster.replica(to).receive(message);
    }
    parked.clear();
  }
}
