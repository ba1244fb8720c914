package io.cairn.simulator.swarm;

import io.cairn.simulator.cluster.SimCluster;
import io.cairn.simulator.cluster.SimNode;
import io.cairn.simulator.crash.CrashWatch;
import io.cairn.simulator.mark.Mark;
import io.cairn.simulator.mark.Marks;
import io.cairn.simulator.oracle.ClusterOracle;
import io.cairn.storage.StorageFailure;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * The nodes of a run and who watches each: those that it begins with, and those that an operator adds. Whoever is down for no fault's
 * sake is started again; a removed node, too, once, and it must stop again.
 */
final class Fleet {
  private final SimCluster cluster;
  private final ClusterOracle oracle;
  private final Marks marks;
  private final Map<String, CrashWatch> watches = new TreeMap<>();
  /** Until when a node stays down, by name. */
  private final Map<String, Long> downUntil = new TreeMap<>();
  /** Removed nodes that have stopped, and were started once more. */
  private final Set<String> startedOnceMore = new TreeSet<>();
  private final Rot rot;
  private Consumer<String> lostToRot = _ -> {};

  Fleet(SimCluster cluster, ClusterOracle oracle, Marks marks) {
    this.cluster = cluster;
    this.oracle = oracle;
    this.marks = marks;
    this.rot = new Rot(marks);
    cluster.nodes().forEach(this::watch);
  }

  private void watch(SimNode node) {
    CrashWatch watch = new CrashWatch(node.machine(), marks);
    watches.put(node.name(), watch);
    node.taps(process -> watch.tap(oracle.tap(process)));
    node.mayBreak(cause -> mayBreak(node, cause));
  }

  Rot rot() {
    return rot;
  }

  /** Hears of a node that has stopped because its log had rotted, and is not started again. */
  void lostToRot(Consumer<String> listener) {
    lostToRot = listener;
  }

  CrashWatch watch(String name) {
    return watches.get(name);
  }

  Collection<CrashWatch> watches() {
    return watches.values();
  }

  /** A machine for a node that is to join the others, started at that time. */
  SimNode join(String name, long startAt) {
    SimNode node = cluster.join(name);
    watch(node);
    keepDown(node, startAt);
    return node;
  }

  void keepDown(SimNode node, long until) {
    downUntil.merge(node.name(), until, Math::max);
  }

  /** Nobody is kept down any more. */
  void letAllStart() {
    downUntil.clear();
    lookAfter();
  }

  void lookAfter() {
    for (SimNode node : cluster.nodes()) {
      if (node.running() || downUntil.getOrDefault(node.name(), 0L) > cluster.world().nowNanos()) {
        continue;
      }
      if (isOf(StorageFailure.Kind.UNMENDABLE, node.broken())) {
        cluster.retire(node);
        lostToRot.accept(node.name());
      } else if (isOf(StorageFailure.Kind.REMOVED, node.broken()) && !startedOnceMore.add(node.name())) {
        marks.reach(Mark.REMOVED_NODE_STAYED_STOPPED);
        cluster.retire(node);
      } else {
        node.start();
      }
    }
  }

  /** A node may stop by itself for three reasons: its disk has failed it, it is no member any more, or its log has rotted. */
  private boolean mayBreak(SimNode node, Throwable cause) {
    boolean disk = isOf(StorageFailure.Kind.DISK, cause);
    marks.reachIf(disk, Mark.NODE_STOPPED_BY_ITSELF);
    boolean removal = isOf(StorageFailure.Kind.REMOVED, cause);
    if (removal) {
      oracle.checks().check(oracle.members().isRemoved(node.name()), "only-the-removed-leave", "%s stops as one that was removed, the members are %s",
          node.name(), oracle.members().table().nodes().values());
      marks.reach(Mark.REMOVED_NODE_STOPPED);
    }
    boolean rotten = (isOf(StorageFailure.Kind.CORRUPT, cause) || isOf(StorageFailure.Kind.UNMENDABLE, cause))
        && node.name().equals(rot.node());
    if (rotten) {
      oracle.checks().check(cause.getMessage().contains("/data/log/"), "rot-is-named", "%s stops and names no file: %s", node.name(), cause);
      marks.reach(Mark.ROT_NOTICED);
    }
    return disk || removal || rotten;
  }

  private static boolean isOf(StorageFailure.Kind kind, Throwable cause) {
    return cause instanceof StorageFailure failure && failure.kind() == kind;
  }
}
