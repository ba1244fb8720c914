package io.cairn.jepsen.check;

import io.cairn.jepsen.history.Call;
import io.cairn.jepsen.history.Change;
import io.cairn.jepsen.history.Event;
import io.cairn.jepsen.history.History;
import io.cairn.jepsen.history.Op;
import io.cairn.jepsen.history.Result;
import io.cairn.jepsen.history.Version;
import java.util.List;
import java.util.Optional;

/** A bank: transfers between accounts keep their sum, at every revision and in every view of them all; none is overdrawn. */
public final class BankChecker implements Checker {
  /** The sum is the same at each revision that is written down. */
  public static final String SUM_WRITTEN = "sum-written";
  /** The sum is the same in each view of all accounts. */
  public static final String SUM_SHOWN = "sum-shown";
  /** No account is below zero. */
  public static final String NOT_OVERDRAWN = "not-overdrawn";

  private final String start;
  private final String end;
  private final long total;
  private final long openedBy;

  /**
   * @param start of the range of the accounts, each a decimal number, perhaps with a space and more behind it
   * @param end the first key beyond them
   * @param openedBy the revision from which on all accounts are there
   */
  public BankChecker(String start, String end, long total, long openedBy) {
    this.start = start;
    this.end = end;
    this.total = total;
    this.openedBy = openedBy;
  }

  @Override
  public Verdict check(History history) {
    Findings findings = new Findings();
    long sum = 0;
    for (Event.Applied each : history.truth().applied()) {
      boolean touched = false;
      for (Change change : each.changes()) {
        if (change.key().compareTo(start) >= 0 && change.key().compareTo(end) < 0) {
          long now = Steps.number(change.now().map(Version::value));
          findings.check(now >= 0, NOT_OVERDRAWN, "%s", change);
          sum += now - Steps.number(change.previous().map(Version::value));
          touched = true;
        }
      }
      if (touched && each.revision() >= openedBy) {
        findings.check(sum == total, SUM_WRITTEN, "at revision %d the accounts hold %d, should hold %d: %s", each.revision(), sum, total,
            each.changes());
      }
    }
    for (Call call : history.calls()) {
      call.ok().ifPresent(ok -> Steps.taken(call.op(), ok.result(), (step, answer) -> view(step, answer, ok.result().revision(), call, findings)));
    }
    return findings.verdict();
  }

  private void view(Op step, Result answer, long revision, Call call, Findings findings) {
    boolean all = step instanceof Op.Range range && range.start().equals(start) && range.end().equals(end);
    if (all && answer instanceof Result.Shown shown && revision >= openedBy) {
      List<Version> items = shown.items();
      long sum = items.stream().mapToLong(version -> Steps.number(Optional.of(version.value()))).sum();
      findings.check(sum == total, SUM_SHOWN, "%s shows at %d accounts that hold %d, should hold %d: %s", call, revision, sum, total, items);
    }
  }
}
