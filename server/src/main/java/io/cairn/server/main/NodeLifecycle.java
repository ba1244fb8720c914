package io.cairn.server.main;

import io.cairn.platform.EventLoop;
import io.cairn.server.admin.Readiness;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** A node as the process that runs it sees it. */
public interface NodeLifecycle {

  /**
   * Opens the data directory, recovers and listens. When it returns, the node listens; it need not have a leader yet.
   *
   * @throws IOException when an address cannot be bound ({@link java.net.BindException}) or the disk fails
   * @throws io.cairn.storage.StorageFailure when the data directory cannot be used
   */
  void start() throws IOException;

  /**
   * Takes no new work, answers what is in flight, flushes and closes. Called once.
   *
   * @param grace after which what is still in flight is cut off
   * @return completes when everything is closed; with whether all in flight was answered
   */
  CompletionStage<Boolean> stop(Duration grace);

  /** Completes, with the reason, when the node can no longer be trusted (Broken): the process then ends. */
  CompletionStage<Throwable> broken();

  /** Every loop that must turn for the node to be alive. */
  List<EventLoop> loops();

  Readiness readiness();
}
