package io.cairn.simulator.recipes;

import io.cairn.client.AddResult;
import io.cairn.client.ByteSeq;
import io.cairn.client.RefusedException;
import io.cairn.client.core.Operation;
import io.cairn.jepsen.check.CounterAnswersChecker;
import io.cairn.jepsen.check.CounterChecker;
import io.cairn.jepsen.check.Verdict;
import io.cairn.jepsen.history.Change;
import io.cairn.jepsen.history.Event;
import io.cairn.jepsen.history.History;
import io.cairn.jepsen.history.HistoryRecorder;
import io.cairn.jepsen.history.Op;
import io.cairn.jepsen.history.Result;
import io.cairn.jepsen.history.Version;
import io.cairn.simulator.cluster.SimClient;
import io.cairn.simulator.schedule.SimRandom;
import io.cairn.simulator.swarm.SwarmOptions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Callers that add to the same few counters, in all shards. Half of them have no patience, so that there is much whose outcome they never know; most
 * send again what is not answered at once, so that much comes twice.
 */
final class CounterTraffic extends Traffic {
  private static final int CALLERS = 4;
  private static final int EVENTS_MAX = 200_000;
  private static final long PATIENT_NANOS = 3 * SECOND;
  private static final List<String> COUNTERS = List.of("a{count}", "i{count}", "o{count}");

  private final long attemptNanos;
  private final HistoryRecorder recorder = new HistoryRecorder(this::now, EVENTS_MAX);
  private final Map<String, Version> held = new HashMap<>();

  CounterTraffic(long seed, SwarmOptions options) {
    super(seed);
    this.attemptNanos = Math.min(options.number("attempt-ms"), 100) * MILLI;
  }

  @Override
  Verdict verdict() {
    History history = recorder.history();
    Verdict each = new CounterChecker().check(history);
    Verdict answers = new CounterAnswersChecker().check(history);
    var judged = new TreeMap<>(each.judged());
    judged.putAll(answers.judged());
    var violations = new ArrayList<>(each.violations());
    violations.addAll(answers.violations());
    return new Verdict(judged, violations);
  }

  @Override
  void begin() {
    for (int i = 0; i < CALLERS; i++) {
      comes();
      new Caller(i, random("caller." + i)).next();
    }
  }

  @Override
  public void applied(int shard, long revision, List<Long> ended, SortedMap<String, Now> changes) {
    List<Change> counted = new ArrayList<>();
    changes.forEach((key, now) -> {
      if (COUNTERS.contains(key)) {
        Version before = held.get(key);
        var version = new Version(key, now.value(), before == null ? revision : before.create(), revision, before == null ? 1 : before.version() + 1, 0);
        counted.add(Change.put(version, Optional.ofNullable(before)));
        held.put(key, version);
      }
    });
    if (!counted.isEmpty()) {
      recorder.add(at -> new Event.Applied(at, shard, revision, ended, counted));
    }
  }

  private final class Caller {
    private final int number;
    private final SimClient client = cluster().newClient(attemptNanos);
    private final SimRandom random;

    Caller(int number, SimRandom random) {
      this.number = number;
      this.random = random;
    }

    void next() {
      if (stopping()) {
        goes();
      } else {
        later(random.exponential(20 * MILLI), this::add);
      }
    }

    private void add() {
      String key = COUNTERS.get((int) random.nextLong(COUNTERS.size()));
      long delta = random.between(1, 9);
      long timeout = number % 2 == 0 ? PATIENT_NANOS : random.between(5, 200) * MILLI;
      long call = recorder.invoke(number, timeout, new Op.Add(key, delta));
      client.start(new Operation.Add(ByteSeq.utf8(key), delta), timeout).whenComplete((AddResult done, Throwable failure) -> {
        if (failure == null) {
          met("added");
          recorder.ok(call, new Result.Added(done.revision(), done.value()));
        } else if (failure instanceof RefusedException refused) {
          met("refused");
          recorder.refused(call, refused.code().name(), refused.revision());
        } else {
          met("unknown");
          recorder.unknown(call);
        }
        next();
      });
    }
  }
}
