package io.cairn.jepsen;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.client.KeyRange;
import io.cairn.client.KvClient;
import io.cairn.client.Watch;
import io.cairn.client.WatchOptions;
import io.cairn.client.WatchState;
import io.cairn.jepsen.check.Verdict;
import io.cairn.jepsen.check.WatchChecker;
import io.cairn.jepsen.cluster.Await;
import io.cairn.jepsen.cluster.KvdNode;
import io.cairn.jepsen.cluster.LocalCluster;
import io.cairn.jepsen.history.Event;
import io.cairn.jepsen.history.HistoryRecorder;
import io.cairn.jepsen.raw.AnswerCutter;
import io.cairn.jepsen.record.WatchRecorder;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Watches while connections break, nodes are killed and clients begin anew; what they were given is judged by the checker. */
final class WatchFaultsTest {
  private static final Duration MOST = Duration.ofSeconds(30);
  private static final int EVENTS_MOST = 200_000;
  private static final int BREAKS = 50;
  private static final List<AnswerCutter> CUTTERS = new CopyOnWriteArrayList<>();

  @RegisterExtension
  static final ClusterExtension EXTENSION = new ClusterExtension(() -> LocalCluster.builder().behind(WatchFaultsTest::cutter).build());

  private final LocalCluster cluster = EXTENSION.cluster();
  private final HistoryRecorder recorder = new HistoryRecorder(System::nanoTime, EVENTS_MOST);
  private int sessions;

  private static String cutter(String node) {
    var cutter = new AnswerCutter(node);
    CUTTERS.add(cutter);
    return cutter.address();
  }

  @AfterAll
  static void closeCutters() {
    CUTTERS.forEach(AnswerCutter::close);
  }

  /** A watch and what it was given. */
  private record Watching(Watch watch, WatchRecorder given) {
    void awaitStanding() {
      Await.until("the watch stands", MOST, () -> given.state() == WatchState.ACTIVE);
    }
  }

  private Watching watch(KvClient client, KeyRange range, WatchOptions options) {
    var given = new WatchRecorder(recorder, ++sessions, range, options);
    return new Watching(client.watch(range, options, given), given);
  }

  @Test
  @DisplayName("W-01 W-03 W-06 W-07 50 connections broken, each node killed and the client begun anew under four watches: no hole, no double")
  void breaksKillsAndANewClient() {
    try (KvClient writing = cluster.client(MOST); KvClient first = cluster.client(MOST); KvClient second = cluster.client(MOST);
        KvClient other = cluster.client(MOST); KvClient another = cluster.client(MOST)) {
      var writer = new TrueWriter(writing, recorder);
      long begin = writer.put("m/0", "first");
      Watching all = watch(first, KeyRange.all(), WatchOptions.fromNow().withPrevious());
      Watching some = watch(second, KeyRange.prefix("m/"), WatchOptions.from(begin));
      Watching more = watch(other, KeyRange.prefix("z/"), WatchOptions.from(begin).withPrevious());
      Watching state = watch(another, KeyRange.all(), WatchOptions.withInitialState());
      int number = shake(writer, 0, BREAKS / 2, List.of(all, some, more, state), 0);
      all.watch.close(); // Its client is gone; another one goes on by the revision alone.
      Await.until("it has ended", MOST, () -> all.given.state() == WatchState.CLOSED);
      all.given.cancelled();
      first.close();
      number = write(writer, number);
      try (KvClient third = cluster.client(MOST)) {
        Watching rest = watch(third, KeyRange.all(), WatchOptions.from(all.given.upTo() + 1).withPrevious());
        List<Watching> watches = List.of(rest, some, more, state);
        shake(writer, number, BREAKS, watches, all.given.reconnects());
        long last = writer.put("m/last", "x");
        awaitAllAt(last, watches);
        recorder.add(at -> new Event.Drained(at, last));
        cluster.awaitReady();
      }
    }
    Verdict verdict = new WatchChecker().check(recorder.history());
    assertThat(verdict.violations()).isEmpty();
    assertThat(verdict.judged(WatchChecker.RELIABLE)).isGreaterThan(100);
  }

  private void awaitAllAt(long last, List<Watching> watches) {
    Await.until("all have come to " + last, MOST,
        () -> watches.stream().allMatch(each -> each.given.upTo() >= last) ? Optional.of(true) : Optional.empty(),
        () -> watches.stream().map(each -> each.given.toString()).collect(Collectors.joining("; ", "but: ", cluster.warnings())));
  }

  /** Writes while connections are cut and two nodes are killed, until so many connections of watches were lost; the next number to write. */
  private int shake(TrueWriter writer, int first, int breaks, List<Watching> watches, int earlier) {
    int number = first;
    for (int round = 0; earlier + watches.stream().mapToInt(each -> each.given.reconnects()).sum() < breaks; round++) {
      assertThat(round).as("cuts to break %d connections", breaks).isLessThan(20 * BREAKS);
      watches.forEach(Watching::awaitStanding);
      CUTTERS.get(round % CUTTERS.size()).cutAndPass();
      number = write(writer, number);
      if (round == 3 || round == 8) {
        KvdNode node = round == 3 ? cluster.leaderOf(0) : cluster.nodes().getFirst();
        node.kill();
        number = write(writer, number);
        node.start();
      }
    }
    return number;
  }

  /** Some changes in each of the shards. */
  private static int write(TrueWriter writer, int number) {
    int next = number;
    for (int i = 0; i < 9; i++) {
      writer.change(next, List.of("a/", "m/", "z/").get(next % 3) + next % 12);
      next++;
    }
    return next;
  }
}
