package io.cairn.jepsen.check;

import io.cairn.jepsen.check.QueueStory.Acknowledged;
import io.cairn.jepsen.check.QueueStory.Claim;
import io.cairn.jepsen.check.QueueStory.Message;
import io.cairn.jepsen.check.QueueStory.Outcome;
import io.cairn.jepsen.check.QueueStory.Sent;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** What a durable queue on leases and transactions promises, of what was seen. A function of it and nothing else. */
public final class QueueChecker {
  /** A message whose sending was acknowledged is there until it is acknowledged, and goes by nothing else. */
  public static final String NOTHING_LOST = "nothing-lost";
  /** What was refused to be sent is never there. */
  public static final String NOTHING_UNASKED = "nothing-unasked";
  /** No message is acknowledged twice. */
  public static final String ONCE = "acknowledged-once";
  /** Only who holds the last claim on a message acknowledges it, while that claim stands. */
  public static final String BY_ITS_HOLDER = "acknowledged-by-its-holder";
  /** Messages that were taken once were taken in the order in which they were sent. */
  public static final String FIFO = "first-in-first-out";
  /** A message is taken again only once the claim on it has gone. */
  public static final String ONE_CLAIM = "one-claim-at-a-time";
  /** A claim goes before its time only when who has it gives it back. */
  public static final String NOT_TOO_EARLY = "redelivered-not-too-early";

  private QueueChecker() {}

  public static Verdict check(QueueStory story) {
    var findings = new Findings();
    Map<String, Message> messages = new HashMap<>();
    story.messages().forEach(each -> messages.put(each.message(), each));
    Map<String, List<Claim>> claims = story.claims().stream().sorted(Comparator.comparingLong(Claim::token))
        .collect(Collectors.groupingBy(Claim::message, TreeMap::new, Collectors.toList()));
    Map<String, List<Acknowledged>> acknowledged =
        story.acknowledged().stream().collect(Collectors.groupingBy(Acknowledged::message, TreeMap::new, Collectors.toList()));
    for (Sent sent : story.sent()) {
      sent(findings, sent, messages.get(sent.message()), acknowledged.getOrDefault(sent.message(), List.of()));
    }
    acknowledged.values().forEach(each -> acknowledged(findings, each, claims));
    claims.values().forEach(each -> claims(findings, each));
    story.messages().stream().collect(Collectors.groupingBy(Message::queue, TreeMap::new, Collectors.toList())).values()
        .forEach(each -> order(findings, each, claims));
    return findings.verdict();
  }

  private static void sent(Findings findings, Sent sent, Message message, List<Acknowledged> acknowledged) {
    if (sent.outcome() == Outcome.REFUSED) {
      findings.check(message == null, NOTHING_UNASKED, "%s was refused, and it was there", sent.message());
    } else if (sent.outcome() == Outcome.DONE) {
      findings.check(message != null, NOTHING_LOST, "%s was sent, and was never there", sent.message());
    }
    if (message != null && message.goneAt() != Long.MAX_VALUE) {
      boolean by = acknowledged.stream().anyMatch(each -> each.outcome() == Outcome.DONE && each.revision() == message.goneAt()
          || each.outcome() == Outcome.UNKNOWN);
      findings.check(by, NOTHING_LOST, "%s went at %d, and nobody had acknowledged it: %s", sent.message(), message.goneAt(), acknowledged);
    }
  }

  private static void acknowledged(Findings findings, List<Acknowledged> tried, Map<String, List<Claim>> claims) {
    List<Acknowledged> done = tried.stream().filter(each -> each.outcome() == Outcome.DONE).toList();
    if (done.isEmpty()) {
      return;
    }
    findings.check(done.size() == 1, ONCE, "%s was acknowledged more than once: %s", done.getFirst().message(), done);
    for (Acknowledged each : done) {
      List<Claim> before = claims.getOrDefault(each.message(), List.of()).stream().filter(claim -> claim.token() < each.revision()).toList();
      Claim last = before.isEmpty() ? null : before.getLast();
      findings.check(last != null && last.token() == each.token() && last.goneAt() >= each.revision(), BY_ITS_HOLDER,
          "%s was acknowledged at %d by the claim of %d; the last one then was %s", each.message(), each.revision(), each.token(), last);
    }
  }

  private static void claims(Findings findings, List<Claim> claims) {
    for (int i = 1; i < claims.size(); i++) {
      Claim before = claims.get(i - 1);
      Claim next = claims.get(i);
      findings.check(before.goneAt() < next.token(), ONE_CLAIM, "%s was taken at %d, while the claim of %d stood until %d", next.message(), next.token(),
          before.token(), before.goneAt());
      findings.check(before.givenBack() || next.at() >= before.until(), NOT_TOO_EARLY, "%s was taken again at %d; the claim of %d was good until %d",
          next.message(), next.at(), before.token(), before.until());
    }
  }

  private static void order(Findings findings, List<Message> messages, Map<String, List<Claim>> claims) {
    List<Message> once = new ArrayList<>(messages.stream().filter(each -> claims.getOrDefault(each.message(), List.of()).size() == 1).toList());
    once.sort(Comparator.comparingLong(Message::sentAt));
    for (int i = 1; i < once.size(); i++) {
      Claim before = claims.get(once.get(i - 1).message()).getFirst();
      Claim next = claims.get(once.get(i).message()).getFirst();
      findings.check(before.token() < next.token(), FIFO, "%s was sent at %d, before %s at %d, and taken at %d, after it at %d", before.message(),
          once.get(i - 1).sentAt(), next.message(), once.get(i).sentAt(), before.token(), next.token());
    }
  }
}
