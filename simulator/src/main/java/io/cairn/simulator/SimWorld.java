package io.cairn.simulator;

import io.cairn.simulator.disk.DiskSettings;
import io.cairn.simulator.engine.SimEngineSettings;
import io.cairn.simulator.net.LinkSettings;
import io.cairn.simulator.net.SimNet;
import io.cairn.simulator.schedule.SimFailure;
import io.cairn.simulator.schedule.SimRandom;
import io.cairn.simulator.schedule.SimScheduler;
import io.cairn.simulator.schedule.SimScheduler.End;
import java.util.Collection;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;

/** A seed, and the machines and the network that live by it. Used by one thread. */
public final class SimWorld {
  /** Above this many events a wait counts as a loop that makes no progress. */
  public static final long EVENTS_MAX = 20_000_000;

  private final SimScheduler scheduler;
  private final SimNet net;
  private final TreeMap<String, SimMachine> machines = new TreeMap<>();

  public SimWorld(long seed) {
    scheduler = new SimScheduler(seed);
    net = new SimNet(scheduler, LinkSettings.LAN);
  }

  public long seed() {
    return scheduler.seed();
  }

  public SimScheduler scheduler() {
    return scheduler;
  }

  public SimNet net() {
    return net;
  }

  /** A stream of random numbers for the script of a test; the same for this seed and purpose. */
  public SimRandom random(String purpose) {
    return scheduler.random("world." + purpose);
  }

  /** Of all that has happened so far. */
  public long digest() {
    return scheduler.digest().value();
  }

  public long nowNanos() {
    return scheduler.now();
  }

  /** Sets up a machine, which is also a host of that name. It is not running yet. */
  public SimMachine machine(String name) {
    return machine(name, DiskSettings.NVME, SimEngineSettings.ROCKSDB);
  }

  public SimMachine machine(String name, DiskSettings disk, SimEngineSettings engines) {
    if (machines.containsKey(name)) {
      throw new IllegalArgumentException("there is a machine " + name + " already");
    }
    SimMachine machine = new SimMachine(this, name, disk, engines);
    machines.put(name, machine);
    return machine;
  }

  /** By name, in the order of the names. */
  public Collection<SimMachine> machines() {
    return machines.values();
  }

  public End runFor(long nanos) {
    return scheduler.runFor(nanos);
  }

  /**
   * Runs until {@code reached} holds.
   *
   * @throws SimFailure when that does not happen within {@code nanosMax} of virtual time, or when nothing is left that could make it
   *     happen; {@code what} names it, in the words "a leader is elected"
   */
  public void runUntil(String what, BooleanSupplier reached, long nanosMax) {
    End end = scheduler.runUntil(reached, nanosMax, EVENTS_MAX);
    if (end != End.REACHED) {
      throw new SimFailure(scheduler.describe("waited in vain until " + what + ": " + end));
    }
  }
}
