package io.cairn.server.admin;

import java.util.List;
import java.util.concurrent.CompletionStage;

/** Whether the node's loops still turn. */
public interface Liveness {

  /** Asks every loop to answer; returns at once. */
  Ping ping();

  /** A question under way. */
  interface Ping {

    /** Completes when the last loop has answered; never, when one has stopped. */
    CompletionStage<Void> answered();

    /** The loops that have not. */
    List<String> silent();
  }
}
