package io.cairn.simulator.swarm;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.simulator.crash.CrashPoint;
import io.cairn.simulator.crash.CrashRole;
import io.cairn.simulator.crash.Death;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * A node dies at every crash point, in every role that comes by there; each run is held against all invariants. A build has a fourth of
 * them, by turns. {@code -Dsim.deaths=N} wants N deaths of each of all, and prints the table of docs/testing.md.
 */
class CrashPointsTest {
  private static final int DEATHS = Integer.getInteger("sim.deaths", 0);
  private static final int BY_TURNS = 4;
  private static final int TRIES_MAX = 12;

  @Test
  @DisplayName("A-01 A-02 A-03 A-08 SM-01 SM-02 SM-13 SM-14 a node loses its power at each crash point in each role, and nothing that was promised is lost")
  void everyPlaceInEveryRole() {
    Map<Death, Long> deaths = new ConcurrentHashMap<>();
    List<Death> wanted = ours();
    long runs = wanted.parallelStream().mapToLong(each -> sweep(each, deaths)).sum();
    if (DEATHS > 0) {
      System.out.println(table(deaths, runs));
    }
    assertThat(wanted).as("deaths wanted, of which there were none in " + runs + " runs")
        .allMatch(each -> deaths.getOrDefault(each, 0L) >= Math.max(1, DEATHS));
  }

  private static List<Death> ours() {
    List<Death> all = CrashSweep.wanted();
    assertThat(all).hasSizeGreaterThan(60);
    if (DEATHS > 0) {
      return all;
    }
    long day = Long.getLong("sim.day", LocalDate.now(ZoneOffset.UTC).toEpochDay());
    return IntStream.range(0, all.size()).filter(i -> i % BY_TURNS == day % BY_TURNS).mapToObj(all::get).toList();
  }

  /** Runs until it was met often enough; how many runs that took. */
  private static long sweep(Death wanted, Map<Death, Long> deaths) {
    long met = 0;
    long seed = 1;
    int enough = Math.max(1, DEATHS);
    for (; met < enough && seed <= (long) TRIES_MAX * enough; seed++) {
      SwarmResult result = CrashSweep.run(wanted, seed);
      assertThat(result.acknowledged()).as("writes acknowledged in seed %d of %s", seed, wanted).isPositive();
      long count = result.deaths().getOrDefault(wanted, 0L);
      met += count;
    }
    deaths.merge(wanted, met, Long::sum);
    return seed - 1;
  }

  private static String table(Map<Death, Long> deaths, long runs) {
    var byPoint = new TreeMap<CrashPoint, Map<CrashRole, Long>>();
    new TreeMap<>(deaths).forEach((death, count) -> byPoint.computeIfAbsent(death.point(), _ -> new TreeMap<>()).put(death.role(), count));
    return "| crash point | leading | following | campaigning | starting |\n| --- | --- | --- | --- | --- |\n"
        + byPoint.entrySet().stream().map(row -> "| `" + row.getKey() + "` | " + LongStream.range(0, CrashRole.values().length)
            .mapToObj(role -> row.getValue().getOrDefault(CrashRole.values()[(int) role], 0L))
            .map(count -> count == 0 ? "" : Long.toString(count)).collect(Collectors.joining(" | ")) + " |").collect(Collectors.joining("\n"))
        + "\n" + deaths.values().stream().mapToLong(Long::longValue).sum() + " deaths in " + runs + " runs";
  }
}
