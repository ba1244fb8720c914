package io.cairn.simulator.swarm;

import io.cairn.simulator.crash.CrashPoint;
import io.cairn.simulator.schedule.SimRandom;
import java.util.ArrayList;
import java.util.List;

/**
 * Draws what operators ask for when: transfers of leadership, and changes of members as they follow from each other if each
 * succeeds; also what strikes the nodes that come, and the disk that operators have to replace.
 */
final class OperatorPlan {
  private static final long MILLI = 1_000_000L;
  private static final long SECOND = 1_000 * MILLI;
  /** How many nodes there ever are. */
  static final int NODES_MAX = 7;
  private static final int CHANGES_MAX = 5;
  private static final int ROTS = 4;
  private static final FaultKind[] OF_NEWCOMERS = {FaultKind.KILL, FaultKind.POWER_LOSS, FaultKind.PAUSE, FaultKind.CRASH_AT,
      FaultKind.ISOLATE, FaultKind.CUT_ONE_WAY, FaultKind.DISK_STALL, FaultKind.STOP};

  private final SwarmOptions options;
  private final long end;
  private final List<Fault> faults = new ArrayList<>();
  private final List<Integer> voters = new ArrayList<>();
  private final List<Integer> learners = new ArrayList<>();
  private int nodes;
  private boolean lost;

  private OperatorPlan(SwarmOptions options) {
    this.options = options;
    this.end = options.number("seconds") * SECOND;
    this.nodes = options.nodes();
    for (int node = 1; node <= nodes; node++) {
      voters.add(node);
    }
  }

  static List<Fault> draw(SwarmOptions options) {
    OperatorPlan plan = new OperatorPlan(options);
    SimRandom random = new SimRandom(options.seed()).split("swarm.operator-plan");
    if (options.classes().contains(FaultClass.MEMBERS)) {
      plan.drawChanges(random.split("members"));
    }
    if (options.classes().contains(FaultClass.LEADERSHIP)) {
      plan.drawTransfers(random.split("transfers"));
    }
    if (options.classes().contains(FaultClass.ROT)) {
      plan.drawRot(random.split("rot"));
    }
    return plan.faults;
  }

  /** One node's disk: what is lost on two of three is lost to any product. */
  private void drawRot(SimRandom random) {
    int node = 1 + (int) random.nextLong(options.nodes());
    for (int i = 0; i < ROTS; i++) {
      add(random.nextLong(end), FaultKind.BIT_ROT, node, node, 0, random.nextLong() >>> 1);
    }
  }

  private void drawTransfers(SimRandom random) {
    long mean = random.between(400, 4_000) * MILLI;
    for (long at = random.exponential(mean); at < end; at += random.exponential(mean)) {
      int to = 1 + (int) random.nextLong(nodes);
      add(at, FaultKind.TRANSFER, to, to, random.between(100, 4_000), random.nextLong(options.number("shards") + 1));
    }
  }

  private void add(long at, FaultKind kind, int node, int other, long millis, long amount) {
    faults.add(new Fault(at / 1_000 * 1_000, kind, node, other, millis * MILLI, amount));
  }

  private void drawChanges(SimRandom random) {
    long changes = random.between(1, CHANGES_MAX);
    long at = 0;
    for (int i = 0; i < changes; i++) {
      at += random.between(300, 6_000) * MILLI;
      if (at < end) {
        drawChange(random, at);
      }
    }
  }

  private void drawChange(SimRandom random, long at) {
    long what = random.nextLong(100);
    long patience = random.between(300, 6_000);
    if (what < 35 && nodes < NODES_MAX) {
      add(at, FaultKind.ADD_MEMBER, ++nodes, nodes, patience, bootDelay(random));
      newcomer(random, at);
      if (random.chance(0.7)) {
        add(at + random.between(200, 4_000) * MILLI, FaultKind.PROMOTE_MEMBER, nodes, nodes, patience, 0);
        voters.add(nodes);
      } else {
        learners.add(nodes);
      }
    } else if (what < 80 && nodes < NODES_MAX) {
      replace(random, at, patience);
    } else if (!learners.isEmpty() && random.chance(0.5)) {
      int node = any(random, learners);
      learners.remove((Integer) node);
      voters.add(node);
      add(at, FaultKind.PROMOTE_MEMBER, node, node, patience, 0);
    } else {
      int node = any(random, voters.size() > 2 ? voters : learners.isEmpty() ? voters : learners);
      voters.remove((Integer) node);
      learners.remove((Integer) node);
      if (voters.isEmpty()) {
        voters.add(node);
      }
      add(at, FaultKind.REMOVE_MEMBER, node, node, patience, 0);
    }
  }

  private void replace(SimRandom random, long at, long patience) {
    int old = any(random, random.chance(0.8) || learners.isEmpty() ? voters : learners);
    boolean losesIt = !lost && random.chance(0.5);
    boolean callsOff = !losesIt && random.chance(0.4);
    lost |= losesIt;
    add(at, losesIt ? FaultKind.REPLACE_LOST_MEMBER : FaultKind.REPLACE_MEMBER, ++nodes, old, patience,
        callsOff ? random.between(500, 6_000) : bootDelay(random));
    newcomer(random, at);
    if (callsOff) {
      add(at + random.between(1, 2_000) * MILLI, FaultKind.REMOVE_MEMBER, nodes, nodes, patience, 0);
    } else {
      (voters.remove((Integer) old) ? voters : learners).add(nodes);
      learners.remove((Integer) old);
    }
  }

  private static int any(SimRandom random, List<Integer> of) {
    return of.get((int) random.nextLong(of.size()));
  }

  private static long bootDelay(SimRandom random) {
    return random.chance(0.5) ? 0 : random.between(1, 4_000);
  }

  /** Whatever kinds of faults there are strike whoever comes, too, and above all while it comes. */
  private void newcomer(SimRandom random, long joined) {
    long count = random.nextLong(4);
    for (int i = 0; i < count; i++) {
      long at = joined + random.exponential(3 * SECOND);
      FaultKind kind = OF_NEWCOMERS[(int) random.nextLong(OF_NEWCOMERS.length)];
      int other = 1 + (int) random.nextLong(options.nodes());
      long millis = random.between(5, 4_000);
      long amount = kind == FaultKind.CRASH_AT ? random.nextLong(CrashPoint.drawn().size()) : kind == FaultKind.POWER_LOSS ? random.nextLong(3) : 0;
      if (at < end && options.classes().contains(kind.faultClass())) {
        add(at, kind, nodes, other, millis, amount);
      }
    }
  }
}
