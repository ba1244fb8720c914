package io.cairn.client.services.health;

import java.util.concurrent.CompletionStage;

/** Finds out whether an instance can serve. */
@FunctionalInterface
public interface HealthCheck {

  /** A stage that completes when it can, and exceptionally, with the reason, when it cannot. Must not wait; what takes longer than the schedule allows has failed. */
  CompletionStage<Void> check();
}
