package io.cairn.simulator.swarm;

import io.cairn.client.AddResult;
import io.cairn.client.ByteSeq;
import io.cairn.client.Consistency;
import io.cairn.client.DeleteRangeResult;
import io.cairn.client.DeleteResult;
import io.cairn.client.GetOptions;
import io.cairn.client.GetResult;
import io.cairn.client.KeyRange;
import io.cairn.client.PutResult;
import io.cairn.client.RangeOptions;
import io.cairn.client.RangeResult;
import io.cairn.client.RefusedCode;
import io.cairn.client.RefusedException;
import io.cairn.client.Txn;
import io.cairn.client.TxnOp;
import io.cairn.client.TxnResult;
import io.cairn.client.core.Operation;
import io.cairn.simulator.cluster.SimClient;
import io.cairn.simulator.cluster.SimCluster;
import io.cairn.simulator.cluster.SimNode;
import io.cairn.simulator.mark.Mark;
import io.cairn.simulator.mark.Marks;
import io.cairn.simulator.oracle.ClusterOracle;
import io.cairn.simulator.oracle.DataOracle;
import io.cairn.simulator.schedule.SimRandom;
import io.cairn.simulator.schedule.SimScheduler;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.Predicate;

/**
 * The clients of a run. All write and read the same few keys of all shards, some calls at a time each, and pause between them. Every answer
 * is held against the truth; every call must end by its deadline.
 */
final class Workload {
  private static final long MILLI = 1_000_000L;
  /** What a call may end late by: the turns of its client's loop. */
  static final long LATE_NANOS_MAX = 5 * MILLI;
  private static final String PADDING = "x".repeat(16 * 1024);

  enum Outcome {
    OPEN,
    DONE,
    REFUSED,
    UNKNOWN
  }

  /** A put, whose value nobody else puts. */
  static final class Put {
    final String value;
    Outcome outcome = Outcome.OPEN;

    Put(String value) {
      this.value = value;
    }
  }

  /** What adds to a counter were told: it has come to as many as were done, and at most those of unknown outcome more. */
  private static final class Counter {
    long done;
    long unknown;

    void ended(Outcome outcome) {
      done += outcome == Outcome.DONE ? 1 : 0;
      unknown += outcome == Outcome.UNKNOWN ? 1 : 0;
    }
  }

  private final SwarmOptions options;
  private final SimCluster cluster;
  private final SimScheduler scheduler;
  private final ClusterOracle oracle;
  private final Marks marks;
  private final Witness witness;
  private final List<Put> puts = new ArrayList<>();
  private final Map<String, Counter> counters = new TreeMap<>();
  /** The highest revision at which anybody was told of a key, and of anything. */
  private final Map<String, Long> told = new TreeMap<>();
  private long toldOfAny = 1;
  private boolean stopping;
  private int open;
  private long calledSoFar;
  private long acknowledged;
  private long unknown;
  private long refused;
  private long reads;

  Workload(SwarmOptions options, SimCluster cluster, ClusterOracle oracle, Marks marks, Witness witness) {
    this.options = options;
    this.cluster = cluster;
    this.scheduler = cluster.world().scheduler();
    this.oracle = oracle;
    this.marks = marks;
    this.witness = witness;
  }

  void start() {
    for (int i = 0; i < options.number("clients"); i++) {
      SimClient client = cluster.newClient(options.number("attempt-ms") * MILLI);
      SimRandom random = cluster.world().random("workload." + i);
      for (int lane = 0; lane < options.number("in-flight"); lane++) {
        new Lane(i, client, random.split("lane." + lane), "c" + i + "." + lane).think();
      }
    }
  }

  /** The calls under way are the last ones. */
  void stop() {
    stopping = true;
  }

  boolean stopping() {
    return stopping;
  }

  boolean idle() {
    return open == 0;
  }

  /** The highest revision that any answer has shown. */
  long told() {
    return toldOfAny;
  }

  long acknowledged() {
    return acknowledged;
  }

  long unknown() {
    return unknown;
  }

  long refused() {
    return refused;
  }

  long reads() {
    return reads;
  }

  /** All is applied that ever will be: what was acknowledged took effect once, what was refused never did. */
  void judgeWrites() {
    counters.forEach((key, counter) -> {
      long sum = oracle.data().sum(key);
      oracle.checks().check(sum >= counter.done && sum <= counter.done + counter.unknown, "exactly-once",
          "%d adds to %s were acknowledged and %d of unknown outcome, it has come to %d", counter.done, key, counter.unknown, sum);
    });
    for (Put put : puts) {
      long times = oracle.data().timesApplied(put.value);
      switch (put.outcome) {
        case DONE -> oracle.checks().check(times == 1, "exactly-once", "the put of %s was acknowledged and took effect %d times", put.value, times);
        case REFUSED -> oracle.checks().check(times == 0, "refused-has-no-effect", "the put of %s was refused and took effect %d times", put.value,
            times);
        case UNKNOWN -> {
          oracle.checks().check(times <= 1, "exactly-once", "the put of %s took effect %d times", put.value, times);
          marks.reach(times == 1 ? Mark.WRITE_UNKNOWN_YET_DONE : Mark.WRITE_UNKNOWN_AND_NOT_DONE);
        }
        case OPEN -> oracle.checks().check(false, "every-call-ends", "the put of %s never ended", put.value);
      }
    }
  }

  /** The highest revision at which anybody was told of the key. */
  long told(String key) {
    return told.getOrDefault(key, 0L);
  }

  private long toldWithin(KeyRange range) {
    long most = 0;
    for (Map.Entry<String, Long> each : told.entrySet()) {
      if (range.contains(ByteSeq.utf8(each.getKey()))) {
        most = Math.max(most, each.getValue());
      }
    }
    return most;
  }

  private void tell(String key, long revision) {
    told.merge(key, revision, Math::max);
    toldOfAny = Math.max(toldOfAny, revision);
  }

  /** One who calls. @param number whose calls never see revisions go back */
  record Caller(int number, String name, SimClient client) {}

  /** A call: it must end by its deadline, and be refused only as any may be, or as this one. */
  <T> void call(Caller caller, long deadline, Operation<T> operation, Predicate<RefusedException> mayBe, BiConsumer<T, Throwable> ended) {
    long until = scheduler.now() + deadline + LATE_NANOS_MAX;
    open++;
    long call = ++calledSoFar;
    witness.called(call, caller.number, deadline, operation);
    caller.client.start(operation, deadline).whenComplete((result, failure) -> {
      open--;
      witness.ended(call, result, failure);
      oracle.checks().check(scheduler.now() <= until, "every-call-ends", "%s of %s ended %d us after its deadline", operation, caller.name,
          (scheduler.now() - until) / 1_000);
      if (failure instanceof RefusedException refusal) {
        marks.reachIf(refusal.code() == RefusedCode.DEADLINE || refusal.code() == RefusedCode.UNAVAILABLE, Mark.CALL_OUT_OF_TIME);
        marks.reachIf(refusal.code() == RefusedCode.OVERLOADED, Mark.CALL_REFUSED_AS_OVERLOADED);
        oracle.checks().check(isExpected(refusal.code()) || mayBe.test(refusal), "refusals-make-sense", "%s was refused: %s %s", operation,
            refusal.code(), refusal.getMessage());
      }
      ended.accept(result, failure);
    });
  }

  private static boolean isExpected(RefusedCode code) {
    return switch (code) {
      case UNAVAILABLE, DEADLINE, OVERLOADED -> true;
      default -> false;
    };
  }

  /** A put that is about to be made: what it comes to is judged at the end. */
  Put newPut(String value) {
    Put put = new Put(value);
    puts.add(put);
    return put;
  }

  /** A write has ended. */
  Outcome written(Throwable failure) {
    if (failure == null) {
      acknowledged++;
      marks.reach(Mark.WRITE_ACKNOWLEDGED);
      return Outcome.DONE;
    }
    if (failure instanceof RefusedException) {
      refused++;
      marks.reach(Mark.WRITE_REFUSED);
      return Outcome.REFUSED;
    }
    unknown++;
    marks.reach(Mark.WRITE_UNKNOWN);
    return Outcome.UNKNOWN;
  }

  /** A read was answered. @param before the highest revision at which anybody had been told of the key when it was made */
  void read(String key, GetResult result, long before) {
    reads++;
    marks.reachIf(result.found().isEmpty(), Mark.READ_SHOWED_ABSENCE);
    oracle.data().read(key, result, before);
    tell(key, result.revision());
  }

  /** A write that changed the key was answered. @param before the highest revision that had been told when it was made */
  void acknowledged(String key, long revision, long before) {
    oracle.checks().check(revision > before, "revisions-follow-real-time", "the write of %s got revision %d, but %d was told before it was sent",
        key, revision, before);
    tell(key, revision);
  }

  /** One call after the other. */
  private final class Lane {
    private final int number;
    private final SimClient client;
    private final SimRandom random;
    private final SimRandom ofTransactions;
    private final String name;
    private long calls;

    Lane(int number, SimClient client, SimRandom random, String name) {
      this.number = number;
      this.client = client;
      this.random = random;
      this.ofTransactions = random.split("transactions");
      this.name = name;
    }

    void think() {
      scheduler.after(random.exponential(options.number("think-ms") * MILLI), "client.call", this::next);
    }

    private void next() {
      if (stopping) {
        return;
      }
      calls++;
      if (options.number("transactions") > 0 && ofTransactions.nextLong(100) < options.number("transactions")) {
        transaction();
        return;
      }
      String key = key();
      long what = random.nextLong(100);
      if (what < 45) {
        put(key);
      } else if (what < 53) {
        delete(key);
      } else if (what < 55) {
        deleteRange();
      } else if (what < 78) {
        get(key);
      } else if (what < 84) {
        getLocal(key);
      } else if (what < 88) {
        getAtLeast(key);
      } else if (what < 91) {
        getOfThePast(key);
      } else {
        range();
      }
    }

    private String key() {
      return SwarmOptions.shardLetter((int) random.nextLong(options.number("shards"))) + random.nextLong(options.number("keys"));
    }

    private <T> void call(Operation<T> operation, BiConsumer<T, Throwable> ended) {
      long deadline = random.between(options.number("deadline-ms") / 4 + 1, options.number("deadline-ms")) * MILLI;
      // Its leader has not met all nodes since it started, and the shard has had no transaction before.
      Predicate<RefusedException> mayBe = refusal -> refusal.code() == RefusedCode.NOT_SUPPORTED
          && (operation instanceof Operation.Transaction || operation instanceof Operation.Add)
          || isOfNoMember(operation, refusal.code()) || isOfThePast(operation, refusal);
      Workload.this.call(new Caller(number, name, client), deadline, operation, mayBe, (T result, Throwable failure) -> {
        ended.accept(result, failure);
        think();
      });
    }

    /** Only who asks for a past revision by name may hear that it is gone. */
    private static boolean isOfThePast(Operation<?> operation, RefusedException refusal) {
      return refusal.code() == RefusedCode.COMPACTED && operation instanceof Operation.Get get && get.options().revision() > 0
          && refusal.revision() > get.options().revision();
    }

    /** Whoever came later may not be known to a client yet, and whoever has left to another still. */
    private boolean isOfNoMember(Operation<?> operation, RefusedCode code) {
      Optional<String> named = switch (operation) {
        case Operation.Get get -> get.options().node();
        case Operation.Range range -> range.options().node();
        default -> Optional.empty();
      };
      boolean disputed = code == RefusedCode.NO_SUCH_NODE && named.isPresent() && oracle.members().isDisputed(named.get());
      marks.reachIf(disputed, Mark.READ_OF_ANOTHER_THAN_A_MEMBER);
      return disputed;
    }

    private void put(String key) {
      Put put = newPut(name + "-" + calls);
      long before = toldOfAny;
      int padding = (int) random.nextLong(options.number("value-bytes") + 1);
      ByteSeq value = ByteSeq.utf8(put.value + ":" + PADDING.substring(0, padding));
      call(new Operation.Put(ByteSeq.utf8(key), value, false), (PutResult result, Throwable failure) -> {
        put.outcome = written(failure);
        if (failure == null) {
          acknowledged(key, result.revision(), before);
          oracle.data().acknowledged(key, put.value, result.revision());
        }
      });
    }

    private void transaction() {
      String letter = SwarmOptions.shardLetter((int) ofTransactions.nextLong(options.number("shards")));
      if (ofTransactions.chance(0.2)) {
        add(Transactions.counter(letter));
        return;
      }
      List<Put> made = List.of(new Put(name + "-" + calls), new Put(name + "-" + calls + "in"));
      puts.addAll(made);
      String padding = PADDING.substring(0, (int) ofTransactions.nextLong(options.number("value-bytes") / 2 + 1));
      List<ByteSeq> values = made.stream().map(put -> ByteSeq.utf8(put.value + ":" + padding)).toList();
      Txn txn = new Transactions(ofTransactions, letter, options.number("keys")).draw(values, toldOfAny);
      long before = toldOfAny;
      long beforeHere = toldWithin(KeyRange.prefix(letter));
      Counter counter = counters.computeIfAbsent(Transactions.counter(letter), _ -> new Counter());
      boolean adds = txn.then().stream().anyMatch(op -> op instanceof TxnOp.Add);
      call(new Operation.Transaction(txn), (TxnResult result, Throwable failure) -> {
        Outcome outcome = written(failure);
        made.forEach(put -> put.outcome = outcome);
        counter.ended(outcome == Outcome.DONE && !result.succeeded() || !adds ? Outcome.REFUSED : outcome);
        if (outcome == Outcome.DONE) {
          ended(txn, result, made, letter, before, beforeHere);
        }
      });
    }

    private void ended(Txn txn, TxnResult result, List<Put> made, String letter, long before, long beforeHere) {
      if (!result.succeeded()) {
        made.forEach(put -> put.outcome = Outcome.REFUSED);
        oracle.data().readByTxn(KeyRange.prefix(letter), result.range(0).kvs(), result.revision(), beforeHere);
        return;
      }
      boolean inner = false;
      for (int i = 0; i < txn.then().size(); i++) {
        inner |= txn.then().get(i) instanceof TxnOp.Nested && result.nested(i).succeeded();
      }
      made.get(1).outcome = inner ? Outcome.DONE : Outcome.REFUSED;
      acknowledged(((TxnOp.Put) txn.then().get(0)).key().utf8(), result.revision(), before);
      oracle.data().acknowledgedTxn(result);
    }

    private void add(String key) {
      long before = toldOfAny;
      Counter counter = counters.computeIfAbsent(key, _ -> new Counter());
      call(new Operation.Add(ByteSeq.utf8(key), 1), (AddResult result, Throwable failure) -> {
        Outcome outcome = written(failure);
        counter.ended(outcome);
        if (outcome == Outcome.DONE) {
          acknowledged(key, result.revision(), before);
          oracle.data().acknowledged(key, Long.toString(result.value()), result.revision());
        }
      });
    }

    private void delete(String key) {
      long before = toldOfAny;
      call(new Operation.Delete(ByteSeq.utf8(key), false), (DeleteResult result, Throwable failure) -> {
        written(failure);
        if (failure == null) {
          if (result.deleted()) {
            acknowledged(key, result.revision(), before);
          }
          tell(key, result.revision());
          oracle.data().acknowledgedDelete(key, result.deleted(), result.revision());
        }
      });
    }

    private void deleteRange() {
      String letter = SwarmOptions.shardLetter((int) random.nextLong(options.number("shards")));
      long from = random.nextLong(options.number("keys"));
      KeyRange range = KeyRange.of(letter + from, letter + (from + random.between(1, 3)));
      if (!range.isInverted()) {
        call(new Operation.DeleteRange(range, false), (DeleteRangeResult result, Throwable failure) -> written(failure));
      } else {
        think();
      }
    }

    private void get(String key) {
      long before = told(key);
      boolean named = random.chance(0.3);
      GetOptions how = named ? GetOptions.DEFAULT.withNode(anyNode()) : GetOptions.DEFAULT;
      call(new Operation.Get(ByteSeq.utf8(key), how), (GetResult result, Throwable failure) -> {
        if (failure == null) {
          marks.reachIf(named, Mark.READ_BY_A_NAMED_REPLICA);
          read(key, result, before);
        }
      });
    }

    private void getLocal(String key) {
      GetOptions local = GetOptions.DEFAULT.withConsistency(Consistency.SERIALIZABLE).withNode(anyNode());
      call(new Operation.Get(ByteSeq.utf8(key), local), (GetResult result, Throwable failure) -> {
        if (failure == null) {
          reads++;
          marks.reach(Mark.READ_WITHOUT_ASKING);
          oracle.data().readLocal(key, result);
        }
      });
    }

    private void getAtLeast(String key) {
      long least = toldOfAny;
      GetOptions fresh = GetOptions.DEFAULT.withConsistency(Consistency.atLeast(least)).withNode(anyNode());
      call(new Operation.Get(ByteSeq.utf8(key), fresh), (GetResult result, Throwable failure) -> {
        if (failure == null) {
          reads++;
          marks.reach(Mark.READ_AT_LEAST);
          oracle.data().read(key, result, least);
          oracle.checks().check(result.revision() >= least, "at-least-is-at-least", "a read at least at %d shows %d", least, result.revision());
        }
      });
    }

    private void getOfThePast(String key) {
      long revision = random.between(Math.max(1, toldOfAny - 200), toldOfAny);
      // Who is asked by name is held to what it knew.
      SimNode node = options.number("history-off-ms") > 0 ? cluster.find(anyNode()).filter(SimNode::running).orElse(null) : null;
      Object life = node == null ? null : node.machine().process();
      long refusedBelow = oracle.data().past().refusedBelow(life, key);
      call(new Operation.Get(ByteSeq.utf8(key), revision, Optional.ofNullable(node).map(SimNode::name)), (GetResult result, Throwable failure) -> {
        if (failure == null) {
          reads++;
          marks.reach(Mark.READ_OF_THE_PAST);
          oracle.data().readAt(key, result, revision);
          if (node != null && node.machine().process() == life) {
            oracle.data().readOfThePastIsKept(key, revision, refusedBelow);
          }
        } else if (failure instanceof RefusedException refusal && refusal.code() == RefusedCode.COMPACTED) {
          marks.reach(Mark.READ_OF_A_COMPACTED_REVISION);
          oracle.data().refusedAsCompacted(key, revision, refusal.revision());
        }
      });
    }

    private void range() {
      int shards = (int) options.number("shards");
      int from = (int) random.nextLong(shards);
      int to = (int) random.between(from, shards - 1);
      KeyRange range = KeyRange.of(SwarmOptions.shardLetter(from), SwarmOptions.shardLetter(to + 1));
      long before = to > from ? toldOfAny : toldWithin(range);
      RangeOptions how = random.chance(0.3) ? RangeOptions.DEFAULT.withNode(anyNode()) : RangeOptions.DEFAULT;
      call(new Operation.Range(range, how), (RangeResult result, Throwable failure) -> {
        if (failure == null) {
          reads++;
          marks.reachIf(to > from, Mark.RANGE_OVER_SHARDS);
          if (to > from) {
            oracle.data().rangeOverShards(range, result, before);
          } else {
            oracle.data().range(range, result, before);
          }
        } else {
          marks.reach(Mark.RANGE_REFUSED);
        }
      });
    }

    private String anyNode() {
      List<String> nodes = cluster.everNamed();
      return nodes.get((int) random.nextLong(nodes.size()));
    }
  }
}
