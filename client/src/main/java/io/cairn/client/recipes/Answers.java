package io.cairn.client.recipes;

import io.cairn.client.KvException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;

/** Answers to those that wait for them, and what comes next of those that nobody waits for; a failure stays the {@link KvException} that it was. */
final class Answers {

  private Answers() {}

  /** Waits for a call that ends by its deadline, also on a thread that is interrupted, which stays so. @throws KvException as the stage failed */
  static <T> T of(CompletionStage<T> stage) {
    CompletableFuture<T> future = stage.toCompletableFuture();
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return future.get();
        } catch (InterruptedException e) {
          interrupted = true;
        } catch (ExecutionException e) {
          throw failure(e);
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Waits for something that may take long. What was waited for is given up when the thread is interrupted. */
  static <T> T of(Waiter.Waiting<T> waiting) throws InterruptedException {
    try {
      return waiting.future().get();
    } catch (InterruptedException e) {
      waiting.giveUp();
      throw e;
    } catch (ExecutionException e) {
      throw failure(e);
    }
  }

  private static RuntimeException failure(ExecutionException why) {
    return asRuntime(why.getCause());
  }

  /** What a stage failed with, without what stages of stages put around it. */
  static RuntimeException asRuntime(Throwable why) {
    Throwable cause = why;
    while (cause instanceof CompletionException && cause.getCause() != null) {
      cause = cause.getCause();
    }
    if (cause instanceof Error error) {
      throw error;
    }
    return cause instanceof RuntimeException runtime ? runtime : new IllegalStateException("a call ended with something that is no KvException", cause);
  }

  /** As {@link CompletionStage#thenCompose}, but that a failure is handed on as it is. */
  static <T, R> CompletionStage<R> then(CompletionStage<T> stage, Function<T, CompletionStage<R>> next) {
    CompletableFuture<R> answer = new CompletableFuture<>();
    stage.whenComplete((result, why) -> {
      if (why != null) {
        answer.completeExceptionally(asRuntime(why));
        return;
      }
      try {
        next.apply(result).whenComplete((last, failed) -> {
          if (failed != null) {
            answer.completeExceptionally(asRuntime(failed));
          } else {
            answer.complete(last);
          }
        });
      } catch (RuntimeException e) {
        answer.completeExceptionally(e);
      }
    });
    return answer;
  }

  /** As {@link CompletionStage#thenApply}, but that a failure is handed on as it is. */
  static <T, R> CompletionStage<R> map(CompletionStage<T> stage, Function<T, R> function) {
    return then(stage, result -> CompletableFuture.completedFuture(function.apply(result)));
  }
}
