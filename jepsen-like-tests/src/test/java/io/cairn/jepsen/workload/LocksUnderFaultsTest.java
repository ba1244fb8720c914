package io.cairn.jepsen.workload;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.client.KvClient;
import io.cairn.jepsen.check.ElectionChecker;
import io.cairn.jepsen.check.LockChecker;
import io.cairn.jepsen.check.Verdict;
import io.cairn.jepsen.cluster.LocalCluster;
import io.cairn.jepsen.cluster.PeerDoors;
import io.cairn.jepsen.history.HistoryRecorder;
import io.cairn.jepsen.record.TruthReader;
import io.cairn.jepsen.workload.Trouble.Kind;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Locks and an election of the public client while the nodes that decide them are killed, paused and cut off, judged by the checkers of the simulator's
 * runs. {@code -Dcairn.faults.seed=N} makes other callers.
 */
final class LocksUnderFaultsTest {
  private static final long SEED = Long.getLong("cairn.faults.seed", 3);
  private static final Duration DEADLINE = Duration.ofSeconds(4);
  private static final int CLIENTS = 2;
  private static final int CALLERS = 2;
  private static final int EVENTS_MAX = 1_000_000;

  @Test
  @DisplayName("U27 U30 LL-08 LL-10 locks and an election whose leader is killed are what the checkers call right")
  void locksAreRight() throws Exception {
    run("locks", EnumSet.of(Kind.KILL), 1, 1);
  }

  @Test
  @Tag("heavy")
  @DisplayName("U27 U30 LL-08 LL-10 the same for minutes, with pauses and cuts")
  void locksAreRightForLong() throws Exception {
    run("locks-long", EnumSet.allOf(Kind.class), 8, 40);
  }

  private static void run(String name, Set<Kind> kinds, int rounds, int turns) throws Exception {
    var recorder = new HistoryRecorder(System::nanoTime, EVENTS_MAX);
    var locks = new LockWork();
    var elections = new ElectionWork();
    List<KvClient> clients = new ArrayList<>();
    try (PeerDoors doors = new PeerDoors(); LocalCluster cluster = LocalCluster.builder().peersThrough(doors).build()) {
      cluster.start();
      try (Callers callers = new Callers()) {
        List<AutoCloseable> observers = new ArrayList<>();
        for (int i = 0; i < CLIENTS; i++) {
          KvClient client = cluster.client(DEADLINE);
          clients.add(client);
          for (int caller = 0; caller < CALLERS; caller++) {
            var random = new Random(SEED * 100 + 10 * i + caller);
            callers.start(() -> locks.turn(client, random));
          }
          var candidate = elections.new Candidate(client);
          callers.start(candidate::stand);
          observers.add(elections.observe(client, i));
        }
        int asking = CLIENTS;
        callers.start(() -> elections.ask(clients.getFirst(), asking));
        var trouble = new Trouble(cluster, doors, recorder, callers);
        callers.awaitProgress("before any fault", turns);
        for (int round = 0; round < rounds; round++) {
          for (Kind kind : kinds) {
            trouble.befall(kind, cluster.leaderOf(round % 2 == 0 ? "{one}/lock/" : "a/held"), turns);
          }
        }
        callers.stop();
        for (AutoCloseable each : observers) {
          each.close();
        }
        new TruthReader(clients.getFirst()).record(LockWork.RESOURCES, recorder);
        assertRight(LockChecker.check(locks.story(recorder.history().truth())), LockChecker.TOKENS_GROW, LockChecker.NEVER_TWO, LockChecker.NEVER_STALE);
        assertRight(ElectionChecker.check(elections.story()), ElectionChecker.TERMS_GROW, ElectionChecker.ONE_LEADER, ElectionChecker.FORMER_REFUSED,
            ElectionChecker.NEVER_BACK, ElectionChecker.WAS_SAID);
      } catch (Throwable e) {
        cluster.keepLogs(Path.of("target", "failed-clusters", name));
        throw e;
      } finally {
        clients.forEach(KvClient::close);
      }
    }
  }

  private static void assertRight(Verdict verdict, String... met) {
    assertThat(verdict.violations()).isEmpty();
    assertThat(verdict.judged()).containsKeys(met);
  }
}
