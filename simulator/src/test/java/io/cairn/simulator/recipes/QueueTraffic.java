package io.cairn.simulator.recipes;

import io.cairn.jepsen.check.QueueChecker;
import io.cairn.jepsen.check.QueueStory;
import io.cairn.jepsen.check.QueueStory.Outcome;
import io.cairn.jepsen.check.Verdict;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;

/**
 * Producers and consumers of a durable queue in the keys of one hash tag: a message is a key, and is taken by a transaction that puts a claim beside it,
 * under a lease that is its visibility time; who has taken it deletes both by a transaction that compares the claim's create revision, or gives it back,
 * or forgets it. Writes down what each was told, and what the cluster applied.
 */
final class QueueTraffic extends Traffic {
  static final String QUEUE = "i{jobs}/";
  static final String MESSAGES = QUEUE + "m/";
  static final String CLAIMS = QUEUE + "c/";
  private static final int PRODUCERS = 2;
  private static final int CONSUMERS = 3;

  /** A claim as it stands. */
  private record Stands(QueueStory.Claim claim, String name) {}

  private final List<QueueStory.Sent> sent = new ArrayList<>();
  private final List<QueueStory.Acknowledged> acknowledged = new ArrayList<>();
  private final Map<String, QueueStory.Message> messages = new LinkedHashMap<>();
  private final List<QueueStory.Claim> claims = new ArrayList<>();
  private final Map<String, Stands> standing = new LinkedHashMap<>();
  /** Until when each claim is good, by the name that is its value, and whether its holder has asked to give it back. */
  private final Map<String, Long> goodUntil = new LinkedHashMap<>();
  private final Map<String, Boolean> backAsked = new LinkedHashMap<>();
  private int producing;

  QueueTraffic(long seed) {
    super(seed);
  }

  @Override
  Verdict verdict() {
    var all = new ArrayList<>(claims);
    standing.values().forEach(each -> all.add(each.claim()));
    return QueueChecker.check(new QueueStory(sent, List.copyOf(messages.values()), all, acknowledged));
  }

  @Override
  void begin() {
    for (int i = 0; i < PRODUCERS; i++) {
      producing++;
      comes();
      new QueueProducer(this, i, random("producer." + i)).next();
    }
    for (int i = 0; i < CONSUMERS; i++) {
      comes();
      new QueueConsumer(this, i, random("consumer." + i)).next();
    }
  }

  // ---- what callers do

  void produced() {
    producing--;
    goes();
  }

  /** Nothing comes any more, and all that came was taken and acknowledged. */
  boolean isDrained() {
    return stopping() && producing == 0 && messages.values().stream().allMatch(each -> each.goneAt() != Long.MAX_VALUE);
  }

  int sends(String message) {
    sent.add(new QueueStory.Sent(QUEUE, message, Outcome.UNKNOWN));
    return sent.size() - 1;
  }

  void wasSent(int number, Outcome outcome) {
    sent.set(number, new QueueStory.Sent(QUEUE, sent.get(number).message(), outcome));
  }

  int acknowledges(String message, long token) {
    acknowledged.add(new QueueStory.Acknowledged(QUEUE, message, token, Outcome.UNKNOWN, 0));
    return acknowledged.size() - 1;
  }

  void wasAcknowledged(int number, Outcome outcome, long revision) {
    QueueStory.Acknowledged asked = acknowledged.get(number);
    acknowledged.set(number, new QueueStory.Acknowledged(QUEUE, asked.message(), asked.token(), outcome, revision));
  }

  /** @param until when its lease may end at the earliest */
  void claims(String name, long until) {
    goodUntil.put(name, until);
  }

  void givesBack(String name) {
    backAsked.put(name, true);
  }

  // ---- what the cluster does

  @Override
  public void applied(int shard, long revision, List<Long> ended, SortedMap<String, Now> changes) {
    changes.forEach((key, now) -> {
      if (key.startsWith(MESSAGES)) {
        message(key.substring(MESSAGES.length()), revision, now.value() == null);
      } else if (key.startsWith(CLAIMS)) {
        claim(key.substring(CLAIMS.length()), revision, now.value(), ended.isEmpty());
      }
    });
  }

  private void message(String name, long revision, boolean deleted) {
    if (deleted) {
      messages.computeIfPresent(name, (_, there) -> new QueueStory.Message(QUEUE, name, there.sentAt(), revision));
    } else if (messages.put(name, new QueueStory.Message(QUEUE, name, revision, Long.MAX_VALUE)) != null) {
      throw new IllegalStateException("message " + name + " was put twice");
    }
  }

  private void claim(String message, long revision, String name, boolean byAClient) {
    Stands before = standing.remove(message);
    if (before != null) {
      QueueStory.Claim claim = before.claim();
      boolean back = byAClient && name == null && backAsked.containsKey(before.name());
      if (!byAClient) {
        met("claim-ran-out");
      }
      claims.add(new QueueStory.Claim(QUEUE, message, claim.token(), claim.at(), claim.until(), revision, back));
    }
    if (name != null) {
      standing.put(message, new Stands(new QueueStory.Claim(QUEUE, message, revision, now(), goodUntil.get(name), Long.MAX_VALUE, false), name));
    }
  }
}
