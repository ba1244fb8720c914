package io.cairn.simulator.swarm;

import io.cairn.simulator.SimWorld;
import io.cairn.simulator.cluster.SimCluster;
import io.cairn.simulator.cluster.SimNode;
import io.cairn.simulator.crash.CrashPoint;
import io.cairn.simulator.crash.CrashRole;
import io.cairn.simulator.disk.CrashLoss;
import io.cairn.simulator.disk.DiskFault;
import io.cairn.simulator.disk.DiskOperation;
import io.cairn.simulator.engine.SimEngineSettings;
import io.cairn.simulator.mark.Mark;
import io.cairn.simulator.mark.Marks;
import io.cairn.simulator.net.LinkSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Carries a plan out: each fault at its time, and undone at its end. */
final class Faults {
  private static final long MILLI = 1_000_000L;
  private static final long LOOK_NANOS = 100 * MILLI;
  private static final long STALLED_AFTER_NANOS = 1_000 * MILLI;
  private static final String LOG_FOLDER = "/data/log/";

  private final SimWorld world;
  private final SimCluster cluster;
  private final Fleet fleet;
  private final Operator operator;
  private final LinkSettings links;
  private final SimEngineSettings engines;
  private final List<Fault> plan;
  private final Marks marks;
  private Consumer<String> listener = _ -> {};
  private boolean mended;

  Faults(SimCluster cluster, Fleet fleet, Operator operator, LinkSettings links, SimEngineSettings engines, List<Fault> plan, Marks marks) {
    this.world = cluster.world();
    this.cluster = cluster;
    this.fleet = fleet;
    this.operator = operator;
    this.links = links;
    this.engines = engines;
    this.plan = plan;
    this.marks = marks;
  }

  /** Hears what strikes and what is undone. */
  void listener(Consumer<String> hears) {
    listener = hears;
  }

  void start() {
    for (Fault fault : plan) {
      world.scheduler().after(fault.atNanos(), "fault", () -> {
        if (!mended) {
          listener.accept("strikes: " + fault);
          strike(fault);
        }
      });
    }
    lookAfterNodes();
  }

  private void lookAfterNodes() {
    world.scheduler().after(LOOK_NANOS, "watchdog", () -> {
      fleet.lookAfter();
      // Also when all is mended: a node that is just ending, by itself or on its last order, is started when it has.
      lookAfterNodes();
    });
  }

  /** Everything works from here on; clocks keep their rates, which nobody mends. */
  void mend() {
    mended = true;
    listener.accept("all is mended");
    world.net().heal();
    world.net().defaults(links);
    for (SimNode node : cluster.nodes()) {
      node.machine().disk().clearFaults();
      node.machine().engineDisk().settings(engines);
    }
    fleet.watches().forEach(watch -> watch.arm(null, CrashLoss.DRAWN));
    fleet.letAllStart();
    operator.mended();
  }

  /** What is meant for a node that is not there, not yet or no more, passes. */
  private void strike(Fault fault) {
    if (fault.kind().faultClass().compareTo(FaultClass.OPERATOR) > 0) {
      operator.take(fault);
    } else {
      cluster.find("n" + fault.node()).ifPresent(node -> strike(fault, node));
    }
  }

  private void strike(Fault fault, SimNode node) {
    if (fault.kind().mark() != null && fault.kind() != FaultKind.LOG_SYNC_FAILS && fault.kind() != FaultKind.LOG_WRITE_FAILS) {
      marks.reach(fault.kind().mark());
    }
    switch (fault.kind()) {
      case ISOLATE, CUT_ONE_WAY, MUTE, HALVE, BRIDGE -> cut(fault, node);
      case HALVE_STALLED -> {
        cut(fault, node);
        firstSide(fault).forEach(each -> each.machine().disk().stallUntil(world.nowNanos() + fault.durationNanos() + STALLED_AFTER_NANOS));
      }
      case RESETS -> whole(fault, links.withResets(fault.amount() / 1e6));
      case SLOW_NETWORK -> whole(fault, links.withDelay(fault.amount(), fault.amount()));
      case DISK_STALL -> node.machine().disk().stallUntil(world.nowNanos() + fault.durationNanos());
      case LOG_WRITE_FAILS -> diskFails(fault, node, DiskOperation.WRITE);
      case LOG_SYNC_FAILS -> diskFails(fault, node, DiskOperation.SYNC);
      case SLOW_FLUSH -> {
        node.machine().engineDisk().settings(engines.withFlush(fault.amount()));
        undo(fault, () -> node.machine().engineDisk().settings(engines));
      }
      case POWER_LOSS -> losePower(fault, node);
      case POWER_LOSS_OF_ALL -> cluster.nodes().forEach(each -> losePower(fault, each));
      case KILL -> goDown(fault, node, node::kill);
      case KILL_THEN_POWER_LOSS -> {
        node.kill();
        fleet.lookAfter();
        undo(fault, () -> {
          marks.reachIf(node.running(), Mark.POWER_LOST_AFTER_A_KILL);
          node.crash(CrashLoss.values()[(int) fault.amount()]);
        });
      }
      case PAUSE -> {
        if (node.running()) {
          node.pauseFor(fault.durationNanos());
        }
      }
      case CRASH_AT -> crashAt(fault, node, null);
      case CRASH_LEADING_AT -> crashAt(fault, node, CrashRole.LEADING);
      case CRASH_FOLLOWING_AT -> crashAt(fault, node, CrashRole.FOLLOWING);
      case CLOCK_RATE -> node.machine().clockRate(fault.amount());
      case WALL_CLOCK -> node.machine().wallOffsetMillis(fault.amount());
      case STOP -> goDown(fault, node, () -> stop(node));
      case ROLLING_RESTART -> restartFrom(0);
      case TRANSFER, ADD_MEMBER, PROMOTE_MEMBER, REMOVE_MEMBER, REPLACE_MEMBER, REPLACE_LOST_MEMBER, BIT_ROT ->
          throw new IllegalArgumentException("an operator's: " + fault);
    }
  }

  private void losePower(Fault fault, SimNode node) {
    marks.reachIf(node.machine().disk().hasPending(LOG_FOLDER), Mark.LOG_TORN);
    goDown(fault, node, () -> node.crash(CrashLoss.values()[(int) fault.amount()]));
  }

  private void undo(Fault fault, Runnable action) {
    world.scheduler().after(fault.durationNanos(), "mend", () -> {
      if (!mended) {
        listener.accept("is over: " + fault);
        action.run();
      }
    });
  }

  // ---- processes

  private void goDown(Fault fault, SimNode node, Runnable how) {
    fleet.keepDown(node, world.nowNanos() + fault.durationNanos());
    how.run();
  }

  /** A place of the boot is come by when the node starts: so it goes down first, and after its next start for good. */
  private void crashAt(Fault fault, SimNode node, CrashRole role) {
    CrashPoint point = CrashPoint.values()[(int) fault.amount()];
    fleet.watch(node.name()).arm(point, role, CrashLoss.DRAWN);
    if (point.isAtBoot()) {
      goDown(fault, node, node::crash);
    }
  }

  private static void stop(SimNode node) {
    if (node.started()) {
      node.stop();
    }
  }

  private void restartFrom(int index) {
    if (index < cluster.nodes().size() && !mended) {
      stop(cluster.nodes().get(index));
      world.scheduler().after(500 * MILLI, "next", () -> restartFrom(index + 1));
    }
  }

  // ---- disks

  private void diskFails(Fault fault, SimNode node, DiskOperation operation) {
    DiskFault how = fault.durationNanos() % 3 == 0 && operation == DiskOperation.WRITE ? DiskFault.ENOSPC : DiskFault.EIO;
    marks.reach(fault.kind().mark());
    node.machine().disk().fail(operation, LOG_FOLDER, (int) fault.amount(), how);
    undo(fault, () -> node.machine().disk().clearFaults());
  }

  // ---- the network

  private void whole(Fault fault, LinkSettings settings) {
    world.net().defaults(settings);
    undo(fault, () -> world.net().defaults(links));
  }

  private record Cut(String from, String to) {}

  private void cut(Fault fault, SimNode node) {
    List<Cut> cuts = new ArrayList<>();
    String name = node.name();
    String other = "n" + fault.other();
    switch (fault.kind()) {
      case ISOLATE -> world.machines().forEach(machine -> both(cuts, name, machine.name()));
      case CUT_ONE_WAY -> cuts.add(new Cut(name, other));
      case MUTE -> cluster.nodes().forEach(each -> cuts.add(new Cut(name, each.name())));
      case BRIDGE -> both(cuts, name, other);
      default -> halve(cuts, firstSide(fault));
    }
    cuts.removeIf(each -> each.from.equals(each.to));
    cuts.forEach(each -> world.net().cut(each.from, each.to));
    undo(fault, () -> cuts.forEach(each -> world.net().heal(each.from, each.to)));
  }

  private List<SimNode> firstSide(Fault fault) {
    List<SimNode> side = new ArrayList<>();
    for (int i = 0; i < cluster.nodes().size(); i++) {
      if ((fault.amount() >> i & 1) == 1) {
        side.add(cluster.nodes().get(i));
      }
    }
    return side;
  }

  private void halve(List<Cut> cuts, List<SimNode> firstSide) {
    for (SimNode one : firstSide) {
      for (SimNode other : cluster.nodes()) {
        if (!firstSide.contains(other)) {
          both(cuts, one.name(), other.name());
        }
      }
    }
  }

  private static void both(List<Cut> cuts, String one, String other) {
    cuts.add(new Cut(one, other));
    cuts.add(new Cut(other, one));
  }
}
