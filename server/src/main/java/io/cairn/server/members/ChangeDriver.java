package io.cairn.server.members;

import io.cairn.platform.Clock;
import io.cairn.protocol.wire.ErrorCode;
import io.cairn.raft.membership.Membership;
import io.cairn.server.members.MemberCommand.Begin;
import io.cairn.server.members.MemberCommand.Stepped;
import io.cairn.server.members.MemberCommand.TakeBack;
import io.cairn.server.members.StepAnswer.Kind;
import io.cairn.server.outcome.Completion;
import io.cairn.server.outcome.Refusal;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries a change of members out for all shards, or takes it back. It works where the system shard is led and belongs to that
 * replica's loop; all that it must not forget is in the system shard's log, so another leader goes on where this one was cut off.
 *
 * <p>What it does follows from the table alone ({@link #goOn}): ask every shard that the stage has not come to, write down which has
 * come there. The system shard is asked last: who leads it must not change before the others are done, where that can be helped.
 */
public final class ChangeDriver {
  private static final Logger log = LoggerFactory.getLogger(ChangeDriver.class);
  private static final long ASK_NANOS = TimeUnit.SECONDS.toNanos(5);
  private static final long AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
  private static final int SYSTEM = 0;

  /** What it works with. Answers come on the driver's loop. */
  public interface Ports {
    /** Puts a command into the system shard's log; false when this replica cannot. */
    boolean propose(MemberCommand command);

    /** Asks a shard's leader whether its members could be these; changes nothing. */
    void look(int shard, Membership members, long timeoutNanos, Consumer<StepAnswer> answer);

    /** Asks a shard's leader to take the step that the system shard's table tells, if that is this one. */
    void step(int shard, Stamp step, long timeoutNanos, Consumer<StepAnswer> answer);

    /** Every shard of the cluster. */
    SortedSet<Integer> shards();

    /** Tests cut the driver off in here. */
    default void reached(ChangePoint point) {}
  }

  private record Waiter(long change, boolean callsOff, long deadline, Completion<NodeTable> completion) {}

  private final Clock clock;
  private final Ports ports;
  private final long stageNanosMax;
  private final List<Waiter> waiters = new ArrayList<>();
  /** What a shard said last when it did not take the present step. */
  private final Map<Integer, String> waits = new TreeMap<>();
  private final SortedSet<Integer> asked = new TreeSet<>();
  private final Map<Integer, Long> againAt = new TreeMap<>();
  private NodeTable table = NodeTable.NONE;
  /** Counts leaderships: what was asked in an earlier one is not heard any more. */
  private long reign;
  private boolean leads;
  private boolean looking;
  /** The change whose intent was proposed last in this reign, and is not applied as long as the table would give its number again. */
  private long intended;
  private boolean takeBackProposed;
  private Stamp working;
  private long stageBeganAt;

  /** @param stageNanosMax how long a stage that can be taken back may take; a learner's catching up is one */
  public ChangeDriver(Clock clock, Ports ports, long stageNanosMax) {
    this.clock = clock;
    this.ports = ports;
    this.stageNanosMax = stageNanosMax;
  }

  /** This replica leads the system shard, and has applied all that earlier leaders may have committed. */
  public void lead(NodeTable applied) {
    reign++;
    intended = 0;
    leads = true;
    working = null;
    table = applied;
    goOn();
  }

  /** It leads no more. */
  public void follow() {
    reign++;
    leads = false;
    looking = false;
    working = null;
    for (Waiter waiter : List.copyOf(waiters)) {
      waiter.completion.unknown("another node leads shard 0 now and carries on what has become of the change; ask again to hear its end");
    }
    waiters.clear();
  }

  private static Refusal moved() {
    return Refusal.retry(ErrorCode.NOT_LEADER, "this node does not lead shard 0 any more", 50);
  }

  public boolean leads() {
    return leads;
  }

  /** The table changed. On every replica of the system shard, in the order of the log. */
  public void applied(NodeTable next) {
    NodeTable before = table;
    table = next;
    if (leads) {
      tell(before, next);
      goOn();
    }
  }

  private void tell(NodeTable before, NodeTable next) {
    MemberChange was = before.change().orElse(null);
    MemberChange now = next.change().orElse(null);
    if (was == null && now != null) {
      log.info("began a change of members; {}", TableRules.describe(next, now));
      ports.reached(ChangePoint.INTENT_APPLIED);
    } else if (was != null && now != null && !was.back() && now.back()) {
      log.info("takes a change of members back; {}", TableRules.describe(next, now));
      ports.reached(ChangePoint.TAKE_BACK_APPLIED);
    } else if (was != null && now == null) {
      log.info("ended a change of members; change={} taken-back=\"{}\"", was.number(), next.last().orElseThrow().takenBack());
      ports.reached(ChangePoint.ENDED);
    } else if (was != null) {
      ports.reached(ChangePoint.STEPPED_APPLIED);
    }
  }

  /** Takes what an operator asks for; it is answered when the change has ended, or at the deadline. */
  public void request(MemberRequest request, long deadline, Completion<NodeTable> completion) {
    if (!leads) {
      completion.refused(moved());
    } else if (request.isFulfilled(table)) {
      completion.done(table);
    } else if (request.isUnderWay(table)) {
      waiters.add(new Waiter(table.change().orElseThrow().number(), false, deadline, completion));
    } else if (request.isCallOff(table)) {
      MemberChange change = table.change().orElseThrow();
      waiters.add(new Waiter(change.number(), true, deadline, completion));
      takeBack(change, "it was called off");
    } else {
      begin(request, deadline, completion);
    }
  }

  private void begin(MemberRequest request, long deadline, Completion<NodeTable> completion) {
    var begin = new Begin(table.nextChange(), request.kind().orElseThrow(), request.node(), request.replaced(), request.peer(),
        request.client(), ports.shards());
    String refusal = TableRules.refusal(table, begin);
    if (refusal != null) {
      completion.refused(refused(refusal));
    } else if (looking || intended >= table.nextChange()) {
      completion.refused(Refusal.retry(ErrorCode.OVERLOADED, "another change is about to begin; ask again", 100));
    } else {
      looking = true;
      new Look(begin, deadline, completion).begin();
    }
  }

  private static Refusal refused(String why) {
    return Refusal.of(ErrorCode.MEMBERS, why);
  }

  /** Asks every shard whether the change may be, before anything is written down. */
  private final class Look {
    private final Begin begin;
    private final long deadline;
    private final Completion<NodeTable> completion;
    private final long of = reign;
    private final SortedSet<Integer> open = new TreeSet<>();
    private boolean ended;

    Look(Begin begin, long deadline, Completion<NodeTable> completion) {
      this.begin = begin;
      this.deadline = deadline;
      this.completion = completion;
    }

    void begin() {
      open.addAll(begin.shards());
      NodeEntry subject = table.named(begin.node());
      long replaced = begin.kind() == ChangeKind.REPLACE ? table.named(begin.replaced()).id() : 0;
      Membership members = table.after(begin.kind(), 0, false, subject == null ? table.nextId() : subject.id(), replaced);
      for (int shard : begin.shards()) {
        ports.look(shard, members, ASK_NANOS, answer -> answered(shard, answer));
      }
    }

    private void answered(int shard, StepAnswer answer) {
      if (ended) {
        return;
      }
      if (of != reign) {
        end(moved());
      } else if (answer.kind() == Kind.REFUSED) {
        end(refused("shard " + shard + ": " + answer.reason()));
      } else if (answer.kind() == Kind.WAIT) {
        end(Refusal.retry(ErrorCode.NO_QUORUM, "shard " + shard + ": " + answer.reason(), 50));
      } else if (open.remove(shard) && open.isEmpty()) {
        intend();
      }
    }

    private void intend() {
      ports.reached(ChangePoint.LOOKED);
      if (begin.number() != table.nextChange() || !ports.propose(begin)) {
        end(Refusal.retry(ErrorCode.NO_QUORUM, "the intent could not be written down; nothing was done", 50));
        return;
      }
      ended = true;
      looking = false;
      intended = begin.number();
      waiters.add(new Waiter(begin.number(), false, deadline, completion));
      ports.reached(ChangePoint.INTENT_PROPOSED);
    }

    private void end(Refusal why) {
      ended = true;
      if (of == reign) {
        looking = false;
      }
      completion.refused(why);
    }
  }

  /** Lets time pass. */
  public void tick() {
    if (leads) {
      expire();
      goOn();
    }
  }

  private void expire() {
    long now = clock.nanoTime();
    for (Iterator<Waiter> each = waiters.iterator(); each.hasNext();) {
      Waiter waiter = each.next();
      if (now - waiter.deadline >= 0) {
        each.remove();
        waiter.completion.unknown("the change goes on: " + table.change().map(change -> TableRules.describe(table, change)).orElse("")
            + waits.entrySet().stream().findFirst().map(wait -> "; shard " + wait.getKey() + " waits: " + wait.getValue()).orElse("")
            + "; member list shows it");
      }
    }
  }

  private void goOn() {
    MemberChange change = table.change().orElse(null);
    if (change == null) {
      working = null;
      answerEnded();
      return;
    }
    long now = clock.nanoTime();
    if (!change.stamp().equals(working)) {
      working = change.stamp();
      stageBeganAt = now;
      takeBackProposed = false;
      asked.clear();
      againAt.clear();
      waits.clear();
    }
    if (change.canTakeBack() && now - stageBeganAt >= stageNanosMax) {
      takeBack(change, "it did not come about within " + TimeUnit.NANOSECONDS.toSeconds(stageNanosMax) + " s: "
          + waits.entrySet().stream().findFirst().map(wait -> "shard " + wait.getKey() + " waits: " + wait.getValue()).orElse("no answer"));
    }
    for (int shard : List.copyOf(change.open())) {
      boolean itsTurn = shard != SYSTEM || change.open().size() == 1;
      if (itsTurn && !asked.contains(shard) && now - againAt.getOrDefault(shard, now) >= 0 && isStill(change)) {
        ask(change, shard);
      }
    }
  }

  /** Answers can come at once, from within the question, and may have changed the table's step. */
  private boolean isStill(MemberChange change) {
    return leads && change.stamp().equals(working);
  }

  private void ask(MemberChange change, int shard) {
    asked.add(shard);
    long of = reign;
    Consumer<StepAnswer> answer = said -> answered(of, change, shard, said);
    if (change.isLook()) {
      ports.look(shard, table.finallyWanted(change), ASK_NANOS, answer);
    } else {
      ports.step(shard, change.stamp(), ASK_NANOS, answer);
    }
    ports.reached(ChangePoint.STEP_ASKED);
  }

  private void answered(long of, MemberChange change, int shard, StepAnswer answer) {
    if (of != reign || !change.stamp().equals(working)) {
      return;
    }
    if (answer.kind() == Kind.TAKEN) {
      waits.remove(shard);
      ports.reached(ChangePoint.STEP_TAKEN);
      if (ports.propose(new Stepped(change.stamp(), shard))) {
        ports.reached(ChangePoint.STEPPED_PROPOSED);
        return;
      }
    } else {
      waits.put(shard, answer.reason());
      if (answer.kind() == Kind.REFUSED && change.canTakeBack() && !change.isLook()) {
        takeBack(change, "shard " + shard + ": " + answer.reason());
      }
    }
    asked.remove(shard);
    againAt.put(shard, clock.nanoTime() + AGAIN_NANOS);
  }

  private void takeBack(MemberChange change, String why) {
    if (!change.back() && !takeBackProposed && ports.propose(new TakeBack(change.number(), why))) {
      takeBackProposed = true;
      ports.reached(ChangePoint.TAKE_BACK_PROPOSED);
    }
  }

  private void answerEnded() {
    EndedChange last = table.last().orElse(null);
    for (Iterator<Waiter> each = waiters.iterator(); last != null && each.hasNext();) {
      Waiter waiter = each.next();
      if (waiter.change > last.number()) {
        continue;
      }
      each.remove();
      if (waiter.callsOff && last.takenBack().isEmpty()) {
        waiter.completion.refused(refused("the change was carried out before it could be called off"));
      } else if (!waiter.callsOff && !last.takenBack().isEmpty()) {
        waiter.completion.refused(refused("the change was taken back: " + last.takenBack()));
      } else {
        waiter.completion.done(table);
      }
    }
  }
}
