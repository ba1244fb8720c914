package io.cairn.jepsen.workload;

import io.cairn.jepsen.check.Checker;
import io.cairn.jepsen.check.ReplayChecker;
import io.cairn.jepsen.check.SessionChecker;
import io.cairn.jepsen.cluster.LocalCluster;
import io.cairn.jepsen.cluster.PeerDoors;
import io.cairn.jepsen.history.HistoryRecorder;
import io.cairn.jepsen.record.TruthReader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/**
 * A crew at its work while the leaders of three nodes are killed, paused and cut off; what it was answered is then judged, by what every work
 * is judged by and by what is asked of this one. Of a run that fails the nodes' logs are kept, and the history if that is what failed.
 *
 * @param seed of calls and faults
 * @param rounds how often each kind of fault comes
 * @param calls of each worker between two changes for the worse or the better
 */
record FaultRun(String name, long seed, int rounds, int calls) {
  private static final Duration DEADLINE = Duration.ofSeconds(4);
  /** Threads that wait for a processor are late by more than a client alone would be. */
  private static final Duration GRACE = Duration.ofSeconds(3);
  private static final int EVENTS_MAX = 2_000_000;
  private static final int WORKERS = 6;
  private static final Set<String> ALWAYS_MET = Set.of(ReplayChecker.ANSWER, ReplayChecker.EFFECT, ReplayChecker.FRESH, ReplayChecker.REAL_TIME,
      SessionChecker.OWN_WRITES, SessionChecker.FORWARD);

  /** What a crew does, and how that is judged. */
  interface Work extends Crew.Work {

    /** Before any of the crew begins. */
    default void prepare(Crew crew) {}

    /** Once all is mended: every key that was ever written. */
    Collection<String> keys();

    /** Who judges besides the checkers of sessions and of replays. */
    default List<Checker> checkers() {
      return List.of();
    }

    /** Rules that must have judged something, besides those that every work meets. */
    Set<String> met();
  }

  void of(Work work) throws Exception {
    var recorder = new HistoryRecorder(System::nanoTime, EVENTS_MAX);
    try (PeerDoors doors = new PeerDoors(); LocalCluster cluster = LocalCluster.builder().peersThrough(doors).build()) {
      cluster.start();
      try (Crew crew = new Crew(cluster, recorder, DEADLINE, seed)) {
        work.prepare(crew);
        crew.start(WORKERS, work);
        new Trouble(cluster, doors, recorder, crew).rounds(rounds, calls, new Random(seed));
        crew.stop();
        cluster.awaitReady();
        new TruthReader(crew.client()).record(work.keys(), recorder);
        List<Checker> checkers = new ArrayList<>(List.of(new SessionChecker(GRACE.toNanos()), new ReplayChecker()));
        checkers.addAll(work.checkers());
        Set<String> met = new HashSet<>(ALWAYS_MET);
        met.addAll(work.met());
        Judging.judge(name, seed, recorder.history(), checkers, met);
      } catch (Throwable e) {
        cluster.keepLogs(Path.of("target", "failed-clusters", name));
        throw e;
      }
    }
  }
}
