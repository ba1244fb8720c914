package io.cairn.simulator.recipes;

import io.cairn.jepsen.check.Verdict;
import io.cairn.simulator.cluster.SimClient;
import io.cairn.simulator.cluster.SimCluster;
import io.cairn.simulator.schedule.SimRandom;
import io.cairn.simulator.swarm.Witness;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/** Callers that use one recipe beside a run's own callers, and what is to be said of all that they were told. */
abstract class Traffic implements Witness {
  static final long MILLI = 1_000_000L;
  static final long SECOND = 1_000 * MILLI;
  private static final long DRAIN_NANOS = 60 * SECOND;

  private final long seed;
  private final Map<String, Long> met = new TreeMap<>();
  private LongSupplier clock = () -> 0;
  private SimCluster cluster;
  private BooleanSupplier stopping = () -> false;
  private int busy;

  Traffic(long seed) {
    this.seed = seed;
  }

  /** The cluster serves: callers begin. */
  abstract void begin();

  /** Once the run is over. */
  abstract Verdict verdict();

  /** Nothing fails any more, and no caller is at work. */
  void idle() {}

  final void met(String what) {
    met.merge(what, 1L, Long::sum);
  }

  /** How often what has happened that a run without it would not have tried. */
  final Map<String, Long> met() {
    return Collections.unmodifiableMap(met);
  }

  final SimCluster cluster() {
    return cluster;
  }

  final long now() {
    return clock.getAsLong();
  }

  final boolean stopping() {
    return stopping.getAsBoolean();
  }

  final SimRandom random(String name) {
    return cluster.world().random("recipe." + seed + "." + name);
  }

  final void later(long nanos, Runnable then) {
    cluster.world().scheduler().after(nanos, "client.recipe", then);
  }

  final SimClient newClient() {
    return cluster.newClient();
  }

  /** One more caller is at work. */
  final void comes() {
    busy++;
  }

  /** One has ended. */
  final void goes() {
    busy--;
  }

  @Override
  public final void begins(LongSupplier ofRun) {
    clock = ofRun;
  }

  @Override
  public final void started(SimCluster its, BooleanSupplier stops) {
    cluster = its;
    stopping = stops;
    begin();
  }

  @Override
  public final void serves() {
    cluster.world().runUntil("no caller is at work any more", () -> busy == 0, DRAIN_NANOS);
    idle();
  }
}
