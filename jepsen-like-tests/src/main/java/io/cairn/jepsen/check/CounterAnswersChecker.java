package io.cairn.jepsen.check;

import io.cairn.jepsen.history.Call;
import io.cairn.jepsen.history.Change;
import io.cairn.jepsen.history.History;
import io.cairn.jepsen.history.Op;
import io.cairn.jepsen.history.Result;
import io.cairn.jepsen.history.Version;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Counters by what their users were told, and by what they hold in the end. Judged are those keys to which only more than nothing was added; what
 * happened in between is {@link CounterChecker}'s matter.
 */
public final class CounterAnswersChecker implements Checker {
  /** No two additions to a key are answered the same sum. */
  public static final String UNIQUE = "answers-are-unique";
  /** The sums that are answered grow: with the revisions, and whenever one call was over before another began. */
  public static final String GROW = "answers-grow";
  /** A counter ends with all that was acknowledged, and some of what is of unknown outcome: each of those once or not at all. */
  public static final String SUM = "ends-with-the-sum";
  /** A key whose unknown additions come to more is judged by the bounds of its sum alone. */
  private static final int BITS_MAX = 1 << 20;

  /** An addition that was acknowledged. */
  private record Told(long from, long until, long revision, long value) {}

  /** What was asked of one key. */
  private static final class Counter {
    private final List<Told> told = new ArrayList<>();
    private long acknowledged;
    private final List<Long> open = new ArrayList<>();
    private boolean onlyMore = true;
  }

  @Override
  public Verdict check(History history) {
    Findings findings = new Findings();
    Map<String, Counter> counters = new TreeMap<>();
    for (Call call : history.calls()) {
      Steps.each(call.op(), step -> {
        if (step instanceof Op.Add add) {
          Counter counter = counters.computeIfAbsent(add.key(), _ -> new Counter());
          counter.onlyMore &= add.delta() > 0;
          if (call.isOpen()) {
            counter.open.add(add.delta());
          }
        }
      });
      if (call.ok().isPresent()) {
        Result result = call.ok().get().result();
        Steps.taken(call.op(), result, (step, answer) -> {
          if (step instanceof Op.Add add && answer instanceof Result.Added added) {
            Counter counter = counters.get(add.key());
            counter.acknowledged += add.delta();
            counter.told.add(new Told(call.invoke().at(), call.endedAt(), result.revision(), added.value()));
          }
        });
      }
    }
    counters.forEach((key, counter) -> {
      if (counter.onlyMore) {
        unique(findings, key, counter);
        grow(findings, key, counter);
        long held = Steps.number(history.truth().last(key, Long.MAX_VALUE).flatMap(Change::now).map(Version::value));
        findings.check(mayHold(counter, held), SUM, "%s ends with %d: %d was acknowledged, and no choice of what is of unknown outcome makes up for the rest: %s",
            key, held, counter.acknowledged, counter.open);
      }
    });
    return findings.verdict();
  }

  private static void unique(Findings findings, String key, Counter counter) {
    Map<Long, Told> byValue = new TreeMap<>();
    for (Told told : counter.told) {
      Told other = byValue.put(told.value, told);
      findings.check(other == null, UNIQUE, "%s was answered %d twice, at %d and at %d", key, told.value, other == null ? 0 : other.revision, told.revision);
    }
  }

  private static void grow(Findings findings, String key, Counter counter) {
    List<Told> byRevision = counter.told.stream().sorted(Comparator.comparingLong(Told::revision)).toList();
    for (int i = 1; i < byRevision.size(); i++) {
      Told before = byRevision.get(i - 1);
      Told told = byRevision.get(i);
      findings.check(told.value >= before.value, GROW, "%s was answered %d at %d, and %d at %d", key, before.value, before.revision, told.value, told.revision);
    }
    List<Told> ended = counter.told.stream().sorted(Comparator.comparingLong(Told::until)).toList();
    int next = 0;
    long highest = Long.MIN_VALUE;
    for (Told told : counter.told.stream().sorted(Comparator.comparingLong(Told::from)).toList()) {
      while (next < ended.size() && ended.get(next).until < told.from) {
        highest = Math.max(highest, ended.get(next++).value);
      }
      findings.check(told.value >= highest, GROW, "%s was answered %d by a call that began after another had been answered %d", key, told.value, highest);
    }
  }

  /** Whether some of the open additions make up what is left. */
  private static boolean mayHold(Counter counter, long held) {
    long left = held - counter.acknowledged;
    long most = counter.open.stream().mapToLong(Long::longValue).sum();
    if (left < 0 || left > most || most > BITS_MAX) {
      return left >= 0 && left <= most;
    }
    BigInteger reachable = BigInteger.ONE; // Bit n: n can be made of those so far.
    for (long delta : counter.open) {
      reachable = reachable.or(reachable.shiftLeft((int) delta));
    }
    return reachable.testBit((int) left);
  }
}
