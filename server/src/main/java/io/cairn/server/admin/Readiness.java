package io.cairn.server.admin;

import java.util.concurrent.CompletionStage;

/** Whether the node can serve: a linearizable read in every shard it has a replica of. */
public interface Readiness {

  /**
   * Begins a linearizable read in every shard of this node; returns at once. The stage completes within about
   * {@code timeoutNanos}, on any thread; whoever asks waits no longer than that anyway.
   */
  CompletionStage<Verdict> check(long timeoutNanos);

  /**
   * @param ready whether every read was answered
   * @param detail one line: how many shards answered, or which did not and why
   */
  record Verdict(boolean ready, String detail) {}
}
