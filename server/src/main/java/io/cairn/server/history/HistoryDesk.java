package io.cairn.server.history;

import io.cairn.platform.Clock;
import io.cairn.platform.EventLoop;
import io.cairn.protocol.wire.ErrorCode;
import io.cairn.server.oracle.Revisions;
import io.cairn.server.outcome.Completion;
import io.cairn.server.outcome.Refusal;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.Predicate;

/**
 * Takes changes of the table of history where the system shard is led, and answers each once the table has it. Belongs to the system
 * shard's replica's loop.
 */
public final class HistoryDesk {
  /** Most changes that wait to be committed: an operator makes a few a day. */
  private static final int WAITING_MAX = 1_000;

  private record Waiter(HistoryCommand command, long deadline, Completion<HistoryTable> completion) {}

  private final Clock clock;
  private final EventLoop loop;
  private final Revisions revisions;
  private final Predicate<HistoryCommand> proposer;
  private final List<Waiter> waiting = new ArrayList<>();
  private HistoryTable table = HistoryTable.NONE;
  private boolean leads;

  /** @param proposer puts a command into the system shard's log; false when this replica cannot */
  public HistoryDesk(Clock clock, EventLoop loop, Revisions revisions, Predicate<HistoryCommand> proposer) {
    this.clock = clock;
    this.loop = loop;
    this.revisions = revisions;
    this.proposer = proposer;
  }

  /** This replica leads the system shard, and has applied all that earlier leaders may have committed. */
  public void lead(HistoryTable applied) {
    leads = true;
    table = applied;
  }

  /** It leads no more. */
  public void follow() {
    leads = false;
    waiting.forEach(each -> each.completion.unknown("another node leads shard 0 now; ask again to hear what became of it"));
    waiting.clear();
  }

  public boolean leads() {
    return leads;
  }

  /** Takes a change; it is answered with the table that has it, or by the deadline. */
  public void request(HistoryCommand command, long deadline, Completion<HistoryTable> completion) {
    if (!leads) {
      completion.refused(Refusal.retry(ErrorCode.NOT_LEADER, "this node does not lead shard 0 any more", 50));
    } else if (table.refusal(command) != null) {
      completion.refused(Refusal.of(ErrorCode.BAD_REQUEST, table.refusal(command)));
    } else if (table.has(command)) {
      completion.done(table);
    } else if (command instanceof HistoryCommand.Compact(long revision) && revision > revisions.known()) {
      askOracle(revision, command, deadline, completion);
    } else if (waiting.size() >= WAITING_MAX || !proposer.test(command)) {
      completion.refused(Refusal.retry(ErrorCode.NO_QUORUM, "the change cannot be written down now; nothing was done", 50));
    } else {
      waiting.add(new Waiter(command, deadline, completion));
    }
  }

  /** The revision is above all that this node knows of: only the oracle can say whether it was ever handed out. */
  private void askOracle(long revision, HistoryCommand command, long deadline, Completion<HistoryTable> completion) {
    var question = new Revisions.Take(0, loop) {
      private boolean ended;

      @Override
      protected void granted(long first, long last) {
        if (ended) {
          return;
        }
        ended = true;
        if (revision > last) {
          completion.refused(Refusal.of(ErrorCode.FUTURE_REVISION,
              "revision " + revision + " has not been handed out yet; the last one is " + last));
        } else {
          request(command, deadline, completion);
        }
      }

      void expire() {
        if (!ended) {
          ended = true;
          cancel();
          completion.refused(Refusal.deadline("while the oracle was asked whether revision " + revision + " was ever handed out"));
        }
      }
    };
    revisions.take(question);
    loop.schedule(Math.max(0, deadline - clock.nanoTime()), question::expire);
  }

  /** The table changed. On every replica of the system shard, in the order of the log. */
  public void applied(HistoryTable next) {
    table = next;
    for (Iterator<Waiter> each = waiting.iterator(); each.hasNext();) {
      Waiter waiter = each.next();
      if (next.has(waiter.command)) {
        each.remove();
        waiter.completion.done(next);
      }
    }
  }

  /** Lets time pass. */
  public void tick() {
    if (waiting.isEmpty()) {
      return;
    }
    long now = clock.nanoTime();
    for (Iterator<Waiter> each = waiting.iterator(); each.hasNext();) {
      Waiter waiter = each.next();
      if (now - waiter.deadline >= 0) {
        each.remove();
        waiter.completion.unknown("shard 0 has not committed it yet; ask again to hear what became of it");
      }
    }
  }
}
