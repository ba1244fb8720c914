package io.cairn.server.admin;

import io.cairn.platform.EventLoop;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Gives every loop a task that does nothing but answer. Only one round is under way at a time: who asks while a loop is stuck
 * joins the round that waits for it, so that probes never pile up in its inbox.
 */
public final class LoopLiveness implements Liveness {
  private final List<EventLoop> loops;
  private final AtomicReference<Round> current = new AtomicReference<>();

  public LoopLiveness(List<EventLoop> loops) {
    this.loops = List.copyOf(loops);
  }

  @Override
  public Ping ping() {
    while (true) {
      Round round = current.get();
      if (round != null && !round.answered.isDone()) {
        return round;
      }
      Round next = new Round(loops);
      if (current.compareAndSet(round, next)) {
        next.begin(loops);
        return next;
      }
    }
  }

  private static final class Round implements Ping {
    private final Set<String> silent = new ConcurrentSkipListSet<>();
    private final CompletableFuture<Void> answered = new CompletableFuture<>();

    Round(List<EventLoop> loops) {
      for (EventLoop loop : loops) {
        silent.add(loop.name());
      }
    }

    void begin(List<EventLoop> loops) {
      if (loops.isEmpty()) {
        answered.complete(null);
      }
      for (EventLoop loop : loops) {
        loop.execute(() -> {
          silent.remove(loop.name());
          if (silent.isEmpty()) {
            answered.complete(null);
          }
        });
      }
    }

    @Override
    public CompletionStage<Void> answered() {
      return answered;
    }

    @Override
    public List<String> silent() {
      return new ArrayList<>(silent);
    }
  }
}
