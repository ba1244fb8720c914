package io.cairn.resilience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.client.services.KnownInstance;
import io.cairn.client.services.Lifecycle;
import io.cairn.client.services.ServiceHealth;
import io.cairn.client.services.ServiceInstance;
import io.cairn.client.services.ServiceSnapshot;
import io.cairn.client.services.choosers.LeastInFlight;
import io.cairn.client.services.choosers.WeightedRoundRobin;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ServiceCallsTest {
  private static final long MOST_SECONDS = 20;
  private static final CallSettings SETTINGS = CallSettings.DEFAULT.within(Duration.ofSeconds(10));

  private final ScheduledExecutorService timers = Executors.newSingleThreadScheduledExecutor();
  private final List<String> called = Collections.synchronizedList(new ArrayList<>());
  private List<KnownInstance> candidates = instances(3);
  private ServiceCalls calls;

  @AfterEach
  void stop() {
    timers.shutdownNow();
  }

  private static List<KnownInstance> instances(int count) {
    return IntStream.range(0, count).mapToObj(i -> new KnownInstance(ServiceInstance.of("i" + i, "h", 80 + i), Lifecycle.UP, ServiceHealth.PASSING,
        false, 1, 1, 1)).toList();
  }

  private ServiceCalls calls(CallSettings settings) {
    calls = new ServiceCalls(() -> new ServiceSnapshot("orders", 1, candidates, candidates, false, false, 0), new WeightedRoundRobin(), settings, timers,
        of -> () -> { });
    return calls;
  }

  private Function<KnownInstance, CompletionStage<String>> failing(String... ids) {
    return instance -> {
      called.add(instance.id());
      return List.of(ids).contains(instance.id()) ? CompletableFuture.failedFuture(new IllegalStateException(instance.id() + " is down"))
          : CompletableFuture.completedFuture("by " + instance.id());
    };
  }

  private static <T> T get(CompletionStage<T> stage) throws Exception {
    try {
      return stage.toCompletableFuture().get(MOST_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw (Exception) e.getCause();
    }
  }

  @Test
  void withoutRetriesAFailureIsTheCallersAndAFallbackStandsIn() throws Exception {
    calls(SETTINGS);
    assertThat(get(calls.call(failing()))).isEqualTo("by i0");
    assertThatThrownBy(() -> get(calls.call(failing("i1")))).isInstanceOf(IllegalStateException.class).hasMessage("i1 is down");
    assertThat(get(calls.call("", failing("i2"), why -> "instead, since " + why.getMessage()))).isEqualTo("instead, since i2 is down");
    assertThat(called).containsExactly("i0", "i1", "i2");
  }

  @Test
  void aRetryGoesToAnotherInstance() throws Exception {
    calls(SETTINGS.withAttempts(3, 100));
    assertThat(get(calls.call(failing("i0", "i1")))).isEqualTo("by i2");
    assertThat(called).containsExactly("i0", "i1", "i2");
    assertThatThrownBy(() -> get(calls.call(failing("i0", "i1", "i2")))).hasMessageEndingWith("is down");
    assertThat(called).hasSize(6);
    candidates = instances(1);
    assertThatThrownBy(() -> get(calls.call(failing("i0")))).hasMessage("i0 is down");
    assertThat(called.subList(6, called.size())).as("the only one is tried again").containsExactly("i0", "i0", "i0");
  }

  @Test
  void onlyWhatIsRetryableIsRetriedAndWhatIsThrownCountsAsFailed() {
    calls(SETTINGS.withAttempts(3, 100).retrying(why -> !(why instanceof IllegalArgumentException)));
    assertThatThrownBy(() -> get(calls.<String>call(instance -> {
      called.add(instance.id());
      throw new IllegalArgumentException("a mistake");
    }))).hasMessage("a mistake");
    assertThat(called).hasSize(1);
  }

  @Test
  void theBudgetBoundsTheRetriesOfAllCalls() {
    calls(SETTINGS.withAttempts(2, 5).withBreaker(CircuitBreakerConfig.custom().minimumNumberOfCalls(1_000_000).slidingWindowSize(1_000_000).build()));
    long began = System.nanoTime();
    for (int i = 0; i < 200; i++) {
      assertThatThrownBy(() -> get(calls.call(failing("i0", "i1", "i2")))).hasMessageEndingWith("is down");
    }
    long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - began);
    assertThat(called.size() - 200).as("retries").isBetween(5, (int) (5 * (seconds + 2)));
  }

  @Test
  void anAttemptEndsByItsTimeLimitAndItsStageIsLeftAlone() throws Exception {
    calls(CallSettings.DEFAULT.within(Duration.ofMillis(50)).withAttempts(2, 10));
    var hanging = new CompletableFuture<String>();
    String answer = get(calls.call(instance -> instance.id().equals("i0") ? hanging : CompletableFuture.completedFuture("by " + instance.id())));
    assertThat(answer).isEqualTo("by i1");
    assertThat(hanging).isNotDone();
    candidates = instances(1);
    assertThatThrownBy(() -> get(calls.call(instance -> hanging))).isInstanceOf(TimeoutException.class);
  }

  @Test
  void anOpenBreakerIsPassedOverAndWithAllOpenNobodyIsCalled() throws Exception {
    calls(SETTINGS.withBreaker(CircuitBreakerConfig.custom().slidingWindowSize(4).minimumNumberOfCalls(4)
        .waitDurationInOpenState(Duration.ofHours(1)).build()));
    for (int i = 0; i < 12; i++) {
      calls.call(failing("i1"));
    }
    assertThat(calls.breaker(candidates.get(1)).getState()).isEqualTo(CircuitBreaker.State.OPEN);
    called.clear();
    for (int i = 0; i < 12; i++) {
      get(calls.call(failing("i1")));
    }
    assertThat(called).hasSize(12).doesNotContain("i1");
    candidates.forEach(each -> calls.breaker(each).transitionToOpenState());
    called.clear();
    assertThatThrownBy(() -> get(calls.call(failing()))).isInstanceOf(NoInstanceException.class).hasMessageContaining("of 3 candidates none");
    assertThat(called).isEmpty();
    candidates = List.of();
    assertThat(get(calls.call("", failing(), why -> why.getClass().getSimpleName()))).isEqualTo("NoInstanceException");
  }

  @Test
  void everyChosenOneIsSaidToHaveEnded() throws Exception {
    var inFlight = new LeastInFlight(new Random(1));
    var settings = SETTINGS.withAttempts(2, 100);
    calls = new ServiceCalls(() -> new ServiceSnapshot("orders", 1, candidates, candidates, false, false, 0), inFlight, settings, timers, of -> () -> { });
    calls.breaker(candidates.get(2)).transitionToOpenState();
    for (int i = 0; i < 20; i++) {
      get(calls.call("", failing("i0"), why -> "instead"));
    }
    assertThat(candidates).allSatisfy(each -> assertThat(inFlight.inFlight(each.id())).isZero());
  }

  @Test
  void breakersOfThoseThatAreGoneAreForgotten() {
    calls(SETTINGS);
    candidates.forEach(each -> calls.breaker(each).transitionToOpenState());
    List<KnownInstance> left = candidates.subList(0, 1);
    calls.forgetOthers(new ServiceSnapshot("orders", 2, left, left, false, false, 0));
    assertThat(candidates).extracting(each -> calls.breaker(each).getState())
        .containsExactly(CircuitBreaker.State.OPEN, CircuitBreaker.State.CLOSED, CircuitBreaker.State.CLOSED);
  }

  @Test
  void settingsSayWhatWouldBeRight() {
    assertThatThrownBy(() -> SETTINGS.withAttempts(0, 1)).hasMessageContaining("1 or more");
    assertThatThrownBy(() -> SETTINGS.within(Duration.ZERO)).hasMessageContaining("1 ms or more");
  }
}
