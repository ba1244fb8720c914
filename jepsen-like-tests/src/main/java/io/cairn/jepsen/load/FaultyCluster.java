package io.cairn.jepsen.load;

import java.util.List;

/** Nodes that can be killed and started again. Used by one thread. */
public interface FaultyCluster {

  /** Their names, as the cluster itself tells them. */
  List<String> nodes();

  /** Where clients find it, as kvctl takes it: {@code HOST:PORT,...}. */
  String endpoints();

  /** SIGKILL; returns when the process is gone. */
  void kill(String node);

  /** SIGKILL to every node, all at once. */
  void killAll();

  /** Starts a node that does not run. */
  void start(String node);

  /** Starts every node; none runs. */
  void startAll();

  /** Returns when every node serves every shard; throws when one does not. */
  void awaitReady();
}
