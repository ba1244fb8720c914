package io.cairn.jepsen.workload;

import io.cairn.client.KeyRange;
import io.cairn.jepsen.check.ReplayChecker;
import io.cairn.jepsen.check.SessionChecker;
import io.cairn.jepsen.cluster.LocalCluster;
import io.cairn.jepsen.cluster.PeerDoors;
import io.cairn.jepsen.history.HistoryRecorder;
import io.cairn.jepsen.record.RecordingClient;
import io.cairn.jepsen.record.TruthReader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Registers in all shards, put, read and read together while leaders are killed, paused and cut off. {@code -Dcairn.faults.seed=N} makes
 * other calls and faults.
 */
final class RegistersUnderFaultsTest {
  private static final long SEED = Long.getLong("cairn.faults.seed", 7);
  private static final Duration DEADLINE = Duration.ofSeconds(4);
  /** Threads that wait for a processor are late by more than a client alone would be. */
  private static final Duration GRACE = Duration.ofSeconds(3);
  private static final int EVENTS_MAX = 2_000_000;
  private static final int WORKERS = 6;
  private static final int REGISTERS = 3;
  private static final String[] SHARDS = {"a/", "k/", "z/"};

  private final AtomicLong values = new AtomicLong();

  @Test
  @DisplayName("CL-01 CL-03 CL-07 CL-08 SM-18 registers while leaders are killed, paused and cut off: every answer is that of one machine")
  void registersAreLinearizable() throws Exception {
    run("registers", 1, 8);
  }

  @Test
  @Tag("heavy")
  @DisplayName("CL-01 CL-03 CL-07 CL-08 SM-18 the same for minutes")
  void registersAreLinearizableForLong() throws Exception {
    run("registers-long", 10, 100);
  }

  private void run(String name, int rounds, int calls) throws Exception {
    HistoryRecorder recorder = new HistoryRecorder(System::nanoTime, EVENTS_MAX);
    try (PeerDoors doors = new PeerDoors(); LocalCluster cluster = LocalCluster.builder().peersThrough(doors).build()) {
      cluster.start();
      try (Crew crew = new Crew(cluster, recorder, DEADLINE, SEED)) {
        crew.start(WORKERS, this::next);
        new Trouble(cluster, doors, recorder, crew).rounds(rounds, calls, new Random(SEED));
        crew.stop();
        cluster.awaitReady();
        new TruthReader(crew.client()).record(keys(), recorder);
        Judging.judge(name, SEED, recorder.history(), List.of(new SessionChecker(GRACE.toNanos()), new ReplayChecker()),
            Set.of(ReplayChecker.ANSWER, ReplayChecker.EFFECT, ReplayChecker.SHOWN, ReplayChecker.FRESH, ReplayChecker.REAL_TIME,
                SessionChecker.ACKNOWLEDGED, SessionChecker.OWN_WRITES, SessionChecker.FORWARD));
      } catch (Throwable e) {
        cluster.keepLogs(Path.of("target", "failed-clusters", name));
        throw e;
      }
    }
  }

  private static List<String> keys() {
    List<String> keys = new ArrayList<>();
    for (String shard : SHARDS) {
      for (int i = 0; i < REGISTERS; i++) {
        keys.add(shard + i);
      }
    }
    return keys;
  }

  private void next(RecordingClient client, Random random) {
    String shard = SHARDS[random.nextInt(SHARDS.length)];
    String key = shard + random.nextInt(REGISTERS);
    switch (random.nextInt(5)) {
      case 0, 1 -> client.put(key, "v" + values.incrementAndGet());
      case 2 -> client.range(KeyRange.prefix(shard));
      case 3 -> client.range(KeyRange.of("a/", "z0"));
      default -> client.get(key);
    }
  }
}
