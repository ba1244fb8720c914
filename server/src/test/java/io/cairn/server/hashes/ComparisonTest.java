package io.cairn.server.hashes;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.raft.ReplicaId;
import io.cairn.storage.mvcc.HashPoints.Point;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Who is right when replicas differ, and how often one that differs over and over asks to be rebuilt. */
class ComparisonTest {
  private static final long RIGHT = 7;
  private static final long WRONG = 8;

  private static ReplicaId id(long id) {
    return new ReplicaId(id);
  }

  private static Set<ReplicaId> voters(long count) {
    var voters = new TreeSet<ReplicaId>();
    LongStream.rangeClosed(1, count).forEach(each -> voters.add(id(each)));
    return voters;
  }

  /** Replica n has the n-th hash at one index; 0 for none. */
  private static Map<ReplicaId, List<Point>> at(long index, long... hashes) {
    var reports = new TreeMap<ReplicaId, List<Point>>();
    for (int i = 0; i < hashes.length; i++) {
      reports.put(id(i + 1), hashes[i] == 0 ? List.of() : List.of(new Point(index, hashes[i])));
    }
    return reports;
  }

  private static Comparison of(long voters, long... hashes) {
    return Comparison.of(voters(voters), at(64, hashes));
  }

  @Test
  @DisplayName("SM-01 a majority of the voters decides, never one alone, nor a half")
  void aMajorityDecides() {
    assertThat(of(3, RIGHT, RIGHT, RIGHT)).isEqualTo(new Comparison.Same(64, voters(3)));
    assertThat(of(3, RIGHT, WRONG, RIGHT)).isEqualTo(new Comparison.Differs(64, RIGHT, List.of(id(1), id(3)), Map.of(id(2), WRONG)));
    assertThat(of(3, WRONG, RIGHT, RIGHT)).as("the leader too").isInstanceOf(Comparison.Differs.class);
    assertThat(of(5, RIGHT, RIGHT, RIGHT, WRONG, 9)).extracting(each -> ((Comparison.Differs) each).others())
        .isEqualTo(Map.of(id(4), WRONG, id(5), 9L));

    assertThat(of(3, RIGHT, WRONG, 0)).as("two of three, who differ").isInstanceOf(Comparison.Undecided.class);
    assertThat(of(2, RIGHT, WRONG)).as("one of two is no majority").isInstanceOf(Comparison.Undecided.class);
    assertThat(of(3, 1, 2, 3)).isInstanceOf(Comparison.Undecided.class);
    assertThat(of(5, RIGHT, RIGHT, WRONG, WRONG, 0)).isInstanceOf(Comparison.Undecided.class);
    assertThat(of(4, RIGHT, RIGHT, WRONG, WRONG)).isInstanceOf(Comparison.Undecided.class);

    assertThat(of(3, RIGHT, 0, 0)).isEqualTo(new Comparison.Nothing());
    assertThat(of(5, RIGHT, RIGHT, 0, 0, 0)).as("two of five").isEqualTo(new Comparison.Nothing());
    assertThat(of(3, RIGHT, RIGHT, 0)).isEqualTo(new Comparison.Same(64, Set.of(id(1), id(2))));
  }

  @Test
  @DisplayName("a learner is judged and does not judge")
  void aLearnerDoesNotJudge() {
    assertThat(Comparison.of(voters(3), at(64, RIGHT, RIGHT, RIGHT, WRONG)))
        .isEqualTo(new Comparison.Differs(64, RIGHT, List.of(id(1), id(2), id(3)), Map.of(id(4), WRONG)));
    assertThat(Comparison.of(voters(3), at(64, RIGHT, 0, 0, RIGHT, RIGHT))).isEqualTo(new Comparison.Nothing());
  }

  @Test
  @DisplayName("a replica that lags is compared where it is, and a difference there counts more than what is the same further on")
  void oneThatLags() {
    Map<ReplicaId, List<Point>> reports = at(128, RIGHT, RIGHT, 0);
    reports.put(id(1), List.of(new Point(128, RIGHT), new Point(64, 5)));
    reports.put(id(2), List.of(new Point(128, RIGHT), new Point(64, 5)));
    reports.put(id(3), List.of(new Point(64, WRONG)));
    assertThat(Comparison.of(voters(3), reports)).isEqualTo(new Comparison.Differs(64, 5, List.of(id(1), id(2)), Map.of(id(3), WRONG)));
    reports.put(id(3), List.of(new Point(64, 5)));
    assertThat(Comparison.of(voters(3), reports)).isEqualTo(new Comparison.Same(128, Set.of(id(1), id(2))));
  }

  @Test
  @DisplayName("one that differs over and over asks more and more seldom, and not while a snapshot comes")
  void theWaitGrows() {
    var rebuild = new Rebuild();
    long now = 0;
    rebuild.began(now);
    assertThat(rebuild.asks(now, 0)).as("at once").isTrue();
    assertThat(rebuild.asks(now + 1, 0)).isFalse();
    assertThat(rebuild.asks(now + Rebuild.AGAIN_NANOS, 3)).as("it comes").isFalse();
    assertThat(rebuild.asks(now + 2 * Rebuild.AGAIN_NANOS, 3)).as("nothing more has come").isTrue();
    long waited = 0;
    for (int fenced = 2; fenced < 20; fenced++) {
      rebuild.began(now);
      long before = waited;
      while (!rebuild.asks(now, 3)) {
        now += TimeUnit.SECONDS.toNanos(1);
        waited += TimeUnit.SECONDS.toNanos(1);
      }
      assertThat(waited - before).isBetween(Rebuild.AGAIN_NANOS, Rebuild.WAIT_NANOS_MAX);
    }
    assertThat(waited).isGreaterThan(10 * Rebuild.WAIT_NANOS_MAX);
  }
}
