package io.cairn.simulator.recipes;

import io.cairn.client.ByteSeq;
import io.cairn.client.KeyRange;
import io.cairn.client.KeyValue;
import io.cairn.client.PutResult;
import io.cairn.client.RangeOptions;
import io.cairn.client.RangeResult;
import io.cairn.client.RefusedException;
import io.cairn.client.core.LockAttempt;
import io.cairn.client.core.LockSpec;
import io.cairn.client.core.Operation;
import io.cairn.client.core.PlaceGuard;
import io.cairn.jepsen.check.ElectionChecker;
import io.cairn.jepsen.check.ElectionStory;
import io.cairn.jepsen.check.ElectionStory.Outcome;
import io.cairn.jepsen.check.Verdict;
import io.cairn.simulator.cluster.SimClient;
import io.cairn.simulator.schedule.SimRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Candidates of the same few elections, as {@code LeaderElection} stands, proclaims and resigns; who led goes on proclaiming for a while. Some
 * observe by a watch, some ask again and again. Writes down what each was told.
 */
final class ElectionTraffic extends Traffic {
  private static final int CANDIDATES = 4;
  private static final int ELECTIONS = 2;
  private static final int OBSERVERS = 2;
  private static final long LATE_NANOS = SECOND;
  private static final long CALL_NANOS = SECOND;
  /** What was proclaimed last has ended by then. */
  private static final long ENDED_NANOS = 3 * SECOND;

  private final List<String> stood = new ArrayList<>();
  private final List<ElectionStory.Office> offices = new ArrayList<>();
  private final List<ElectionStory.Proclaimed> proclaimed = new ArrayList<>();
  private final List<ElectionStory.Seen> seen = new ArrayList<>();
  private int words;

  ElectionTraffic(long seed) {
    super(seed);
  }

  @Override
  Verdict verdict() {
    return ElectionChecker.check(new ElectionStory(stood, offices, proclaimed, seen));
  }

  /** One of them lies in the first data shard, the others in later ones. */
  private static String queue(long election) {
    return (election == 0 ? "a" : "i") + "{boss" + election + "}/election/";
  }

  private static String electionOf(String place) {
    return place.substring(0, place.indexOf("/election/"));
  }

  @Override
  void begin() {
    for (int i = 0; i < CANDIDATES; i++) {
      new Candidate(random("candidate." + i)).begin();
    }
    for (int election = 0; election < ELECTIONS; election++) {
      String queue = queue(election);
      for (int i = 0; i < OBSERVERS; i++) {
        int observer = i;
        new Places(newClient(), queue, places -> shown(queue, observer, leader(places))).begin();
        new Asking(queue, OBSERVERS + i, random("asking." + queue + i)).next();
      }
    }
  }

  @Override
  void idle() {
    cluster().world().runFor(ENDED_NANOS);
  }

  private static Optional<KeyValue> leader(Iterable<KeyValue> places) {
    KeyValue first = null;
    for (KeyValue place : places) {
      first = first == null || place.createRevision() < first.createRevision() ? place : first;
    }
    return Optional.ofNullable(first);
  }

  private void shown(String queue, int observer, Optional<KeyValue> leader) {
    met(leader.isPresent() ? "seen" : "seen-nobody");
    seen.add(new ElectionStory.Seen(electionOf(queue), observer, now(), leader.map(KeyValue::createRevision).orElse(0L),
        leader.map(place -> LockSpec.data(place.value()).utf8()).orElse("")));
  }

  /** Asks who leads. */
  private final class Asking {
    private final SimClient client = newClient();
    private final String queue;
    private final int observer;
    private final SimRandom random;

    Asking(String queue, int observer, SimRandom random) {
      this.queue = queue;
      this.observer = observer;
      this.random = random;
    }

    void next() {
      if (!stopping()) {
        later(random.exponential(100 * MILLI), this::ask);
      }
    }

    private void ask() {
      client.start(new Operation.Range(KeyRange.prefix(queue), RangeOptions.DEFAULT), CALL_NANOS).whenComplete((RangeResult range, Throwable failure) -> {
        if (failure == null) {
          shown(queue, observer, leader(range.keyValues()));
        }
        next();
      });
    }
  }

  /** Stands, says what it does while it leads, and some time later as well. */
  private final class Candidate extends Contender {
    private String word;
    /** That of the place: a later session's would keep it. */
    private long lease;

    Candidate(SimRandom random) {
      super(ElectionTraffic.this, random);
    }

    @Override
    void ask() {
      word = "w" + ++words;
      stood.add(word);
      ask(queue(random.nextLong(ELECTIONS)), word);
    }

    @Override
    void granted(LockAttempt mine) {
      lease = lease();
      proclaim(mine, lease);
    }

    @Override
    void holding(LockAttempt mine) {
      if (random.chance(0.1)) {
        proclaim(mine, lease);
      }
    }

    @Override
    void ended(LockAttempt mine, long since, long until) {
      offices.add(new ElectionStory.Office(electionOf(mine.key().utf8()), mine.token(), word, since, until));
      long its = lease;
      later(random.nextLong(LATE_NANOS), () -> proclaim(mine, its));
    }

    @Override
    void timedOut(LockAttempt mine) {}

    @Override
    Contender successor() {
      return new Candidate(random);
    }

    private void proclaim(LockAttempt mine, long under) {
      String said = "w" + ++words;
      int at = proclaimed.size();
      var open = new ElectionStory.Proclaimed(electionOf(mine.key().utf8()), mine.token(), said, now(), Outcome.UNKNOWN, 0);
      proclaimed.add(open);
      var put = new Operation.Put(mine.key(), LockSpec.exclusive("").value(ByteSeq.utf8(said)), false, under, Optional.empty());
      client.start(new Operation.Guarded<>(put, new PlaceGuard(mine.key(), mine.token())), CALL_NANOS).whenComplete((PutResult done, Throwable failure) -> {
        if (failure == null) {
          met("proclaimed");
          proclaimed.set(at, new ElectionStory.Proclaimed(open.election(), open.term(), said, open.askedAt(), Outcome.DONE, done.revision()));
        } else if (failure instanceof RefusedException) {
          met("proclamation-refused");
          proclaimed.set(at, new ElectionStory.Proclaimed(open.election(), open.term(), said, open.askedAt(), Outcome.REFUSED, 0));
        }
      });
    }
  }
}
