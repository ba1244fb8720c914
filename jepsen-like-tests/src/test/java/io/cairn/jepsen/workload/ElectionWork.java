package io.cairn.jepsen.workload;

import io.cairn.client.KvClient;
import io.cairn.client.KvException;
import io.cairn.client.LeaderElection;
import io.cairn.client.LeaderElection.Leader;
import io.cairn.client.LeaderElection.Leadership;
import io.cairn.client.LockOptions;
import io.cairn.client.RefusedException;
import io.cairn.jepsen.check.ElectionStory;
import io.cairn.jepsen.check.ElectionStory.Outcome;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/** Candidates of one election, who say several things while they lead, and one after they have resigned and another was elected; and observers. */
final class ElectionWork {
  private static final String NAME = "chief";
  private static final LockOptions OPTIONS = LockOptions.DEFAULT.withTtl(Duration.ofSeconds(5));
  private static final Duration MOST = Duration.ofSeconds(20);
  private static final int WORDS = 3;

  private final Queue<String> stood = new ConcurrentLinkedQueue<>();
  private final Queue<ElectionStory.Office> offices = new ConcurrentLinkedQueue<>();
  private final Queue<ElectionStory.Proclaimed> proclaimed = new ConcurrentLinkedQueue<>();
  private final Queue<ElectionStory.Seen> seen = new ConcurrentLinkedQueue<>();
  private final AtomicInteger words = new AtomicInteger();

  ElectionStory story() {
    return new ElectionStory(List.copyOf(stood), List.copyOf(offices), List.copyOf(proclaimed), List.copyOf(seen));
  }

  private String word() {
    return "word-" + words.incrementAndGet();
  }

  /** One that stands again and again. */
  final class Candidate {
    private final LeaderElection election;
    private Leadership former;

    Candidate(KvClient client) {
      election = client.election(NAME, OPTIONS);
    }

    /** Whether it was elected. */
    boolean stand() throws InterruptedException {
      String word = word();
      stood.add(word);
      try {
        Optional<Leadership> elected = election.campaign(word, MOST);
        elected.ifPresent(leadership -> lead(leadership, word));
        return elected.isPresent();
      } catch (KvException e) {
        return false; // It does not lead, and that is what counts here.
      }
    }

    private void lead(Leadership leadership, String word) {
      long since = System.nanoTime();
      long until = 0;
      for (int i = 0; i < WORDS; i++) {
        proclaim(leadership);
        long now = System.nanoTime();
        if (!leadership.isLeader()) {
          break;
        }
        until = now;
      }
      if (until != 0) {
        offices.add(new ElectionStory.Office(NAME, leadership.term(), word, since, until));
      }
      if (former != null) {
        proclaim(former);
      }
      leadership.resign();
      proclaim(leadership);
      former = leadership;
    }
  }

  private void proclaim(Leadership leadership) {
    String word = word();
    long asked = System.nanoTime();
    Outcome outcome;
    try {
      leadership.proclaim(word);
      outcome = Outcome.DONE;
    } catch (RefusedException e) {
      outcome = Outcome.REFUSED;
    } catch (KvException e) {
      outcome = Outcome.UNKNOWN;
    }
    proclaimed.add(new ElectionStory.Proclaimed(NAME, leadership.term(), word, asked, outcome, 0));
  }

  /** By a watch, until it is closed. */
  AutoCloseable observe(KvClient client, int observer) {
    return client.election(NAME, OPTIONS).observe(leader -> shown(observer, leader));
  }

  /** By asking, once. */
  boolean ask(KvClient client, int observer) {
    LeaderElection election = client.election(NAME, OPTIONS);
    try {
      shown(observer, election.leader());
      return true;
    } catch (KvException e) {
      return false;
    }
  }

  private void shown(int observer, Optional<Leader> leader) {
    seen.add(new ElectionStory.Seen(NAME, observer, System.nanoTime(), leader.map(Leader::term).orElse(0L), leader.map(each -> each.value().utf8()).orElse("")));
  }
}
