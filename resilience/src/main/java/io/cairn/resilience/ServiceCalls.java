package io.cairn.resilience;

import io.cairn.client.services.KnownInstance;
import io.cairn.client.services.ServiceSnapshot;
import io.cairn.client.services.ServiceView;
import io.cairn.client.services.choosers.Chooser;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
import io.github.resilience4j.ratelimiter.RateLimiter;
import io.github.resilience4j.ratelimiter.RateLimiterConfig;
import io.github.resilience4j.retry.Retry;
import io.github.resilience4j.retry.RetryConfig;
import io.github.resilience4j.timelimiter.TimeLimiter;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Calls instances of one service. Each attempt goes to an instance that the chooser picks among those whose circuit breaker lets it through,
 * another one than before where there is one; it ends by its time limit; what failed is attempted again only as far as the budget for the
 * whole service reaches. Make one for a service and share it: breakers and budget count for all that call through it.
 */
public final class ServiceCalls implements AutoCloseable {
  private static final Duration BUDGET_PERIOD = Duration.ofSeconds(1);
  private static final Duration BETWEEN_ATTEMPTS = Duration.ofMillis(10);

  private final Supplier<ServiceSnapshot> service;
  private final Chooser chooser;
  private final CallSettings settings;
  private final ScheduledExecutorService timers;
  private final CircuitBreakerRegistry breakers;
  private final TimeLimiter limit;
  private final RateLimiter budget;
  private final Retry retry;
  private final Runnable ends;

  /** @param timers for time limits and retries; stays the caller's, and must outlive this */
  public ServiceCalls(ServiceView view, Chooser chooser, CallSettings settings, ScheduledExecutorService timers) {
    this(view::now, chooser, settings, timers, calls -> view.listen((before, now) -> calls.forgetOthers(now)));
  }

  ServiceCalls(Supplier<ServiceSnapshot> service, Chooser chooser, CallSettings settings, ScheduledExecutorService timers,
      Function<ServiceCalls, Runnable> listens) {
    this.service = service;
    this.chooser = chooser;
    this.settings = settings;
    this.timers = timers;
    this.breakers = CircuitBreakerRegistry.of(settings.breaker());
    this.limit = TimeLimiter.of(settings.timeLimit());
    this.budget = RateLimiter.of("retries", RateLimiterConfig.custom()
        .limitForPeriod(settings.retriesPerSecond()).limitRefreshPeriod(BUDGET_PERIOD).timeoutDuration(Duration.ZERO).build());
    this.retry = Retry.of("calls", RetryConfig.custom()
        .maxAttempts(settings.attempts()).waitDuration(BETWEEN_ATTEMPTS).retryOnException(this::isWorthAnother).build());
    this.ends = listens.apply(this);
  }

  /** Permission of the budget is taken last, and only for an attempt that is made. */
  private boolean isWorthAnother(Throwable why) {
    return why instanceof AttemptFailedException failed && failed.number() < settings.attempts()
        && !(failed.getCause() instanceof NoInstanceException) && settings.isRetryable().test(failed.getCause()) && budget.acquirePermission();
  }

  /** Calls; the stage fails as the last attempt did, or with a {@link NoInstanceException}. @param attempt makes one; must not wait */
  public <T> CompletionStage<T> call(Function<KnownInstance, CompletionStage<T>> attempt) {
    return call("", attempt);
  }

  /** @param key what the call is about, for {@link io.cairn.client.services.choosers.ConsistentHash} */
  public <T> CompletionStage<T> call(String key, Function<KnownInstance, CompletionStage<T>> attempt) {
    Set<String> tried = new ConcurrentSkipListSet<>();
    AtomicInteger number = new AtomicInteger();
    CompletableFuture<T> answer = new CompletableFuture<>();
    retry.executeCompletionStage(timers, () -> attempt(key, attempt, tried, number.incrementAndGet())).whenComplete((result, why) -> {
      if (why == null) {
        answer.complete(result);
      } else {
        answer.completeExceptionally(cause(why));
      }
    });
    return answer;
  }

  /** The same, where something can be said without the service. @param fallback is told why it is asked */
  public <T> CompletionStage<T> call(String key, Function<KnownInstance, CompletionStage<T>> attempt, Function<Throwable, T> fallback) {
    return call(key, attempt).exceptionally(why -> fallback.apply(cause(why)));
  }

  private static Throwable cause(Throwable why) {
    boolean wraps = why instanceof CompletionException || why instanceof AttemptFailedException;
    return wraps && why.getCause() != null ? cause(why.getCause()) : why;
  }

  private <T> CompletionStage<T> attempt(String key, Function<KnownInstance, CompletionStage<T>> attempt, Set<String> tried, int number) {
    CompletableFuture<T> answer = new CompletableFuture<>();
    Optional<KnownInstance> chosen = choose(key, tried);
    if (chosen.isEmpty()) {
      answer.completeExceptionally(new AttemptFailedException(number, new NoInstanceException("no instance of " + service.get().service()
          + " can be called: of " + service.get().candidates().size() + " candidates none's circuit breaker lets a call through")));
      return answer;
    }
    KnownInstance instance = chosen.get();
    tried.add(instance.id());
    CircuitBreaker breaker = breakers.circuitBreaker(name(instance));
    long began = breaker.getCurrentTimestamp();
    limit.executeCompletionStage(timers, () -> begin(attempt, instance)).whenComplete((result, why) -> {
      chooser.ended(instance);
      long took = breaker.getCurrentTimestamp() - began;
      if (why == null) {
        breaker.onResult(took, breaker.getTimestampUnit(), result);
        answer.complete(result);
      } else {
        breaker.onError(took, breaker.getTimestampUnit(), cause(why));
        answer.completeExceptionally(new AttemptFailedException(number, cause(why)));
      }
    });
    return answer;
  }

  /** What is thrown before there is a stage counts as a stage that has failed. The caller's own stage is left alone when the time is over. */
  private static <T> CompletionStage<T> begin(Function<KnownInstance, CompletionStage<T>> attempt, KnownInstance instance) {
    CompletableFuture<T> answer = new CompletableFuture<>();
    try {
      attempt.apply(instance).whenComplete((result, why) -> {
        if (why == null) {
          answer.complete(result);
        } else {
          answer.completeExceptionally(why);
        }
      });
    } catch (RuntimeException e) {
      answer.completeExceptionally(e);
    }
    return answer;
  }

  /** One whose breaker lets the call through, of those not tried yet; of all, when all were tried. */
  private Optional<KnownInstance> choose(String key, Set<String> tried) {
    List<KnownInstance> candidates = service.get().candidates();
    List<KnownInstance> fresh = candidates.stream().filter(each -> !tried.contains(each.id())).toList();
    Set<String> closedTo = new TreeSet<>();
    List<KnownInstance> among = fresh.isEmpty() ? candidates : fresh;
    while (true) {
      List<KnownInstance> left = among.stream().filter(each -> !closedTo.contains(each.id())).toList();
      Optional<KnownInstance> chosen = chooser.choose(left, key);
      if (chosen.isEmpty() || breakers.circuitBreaker(name(chosen.get())).tryAcquirePermission()) {
        return chosen;
      }
      chooser.ended(chosen.get());
      closedTo.add(chosen.get().id());
    }
  }

  /** At another address it is another one, whatever its id. */
  private static String name(KnownInstance instance) {
    return instance.id() + " " + instance.instance().address();
  }

  /** The breaker of an instance, to look at or to open by hand. */
  public CircuitBreaker breaker(KnownInstance instance) {
    return breakers.circuitBreaker(name(instance));
  }

  /** Those that a view no longer knows; who comes back begins with a closed one. */
  void forgetOthers(ServiceSnapshot now) {
    Set<String> known = now.instances().stream().map(ServiceCalls::name).collect(Collectors.toCollection(TreeSet::new));
    breakers.getAllCircuitBreakers().stream().map(CircuitBreaker::getName).filter(name -> !known.contains(name)).forEach(breakers::remove);
  }

  /** Forgets the view; calls that are under way go on. */
  @Override
  public void close() {
    ends.run();
  }
}
