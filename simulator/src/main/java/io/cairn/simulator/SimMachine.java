package io.cairn.simulator;

import io.cairn.platform.Files;
import io.cairn.simulator.disk.CrashLoss;
import io.cairn.simulator.disk.DiskSettings;
import io.cairn.simulator.disk.SimDisk;
import io.cairn.simulator.engine.SimEngineDisk;
import io.cairn.simulator.engine.SimEngineSettings;
import io.cairn.simulator.engine.SimEngines;
import io.cairn.simulator.net.SimTransport;
import io.cairn.simulator.schedule.SimProcess;

/** A computer with a disk, on which one process at a time runs. */
public final class SimMachine {
  private final SimWorld world;
  private final String name;
  private final SimDisk disk;
  private final SimEngineDisk engineDisk;
  private SimProcess process;
  private int lives;
  private long clockRatePpm;
  private long wallOffsetMillis;

  SimMachine(SimWorld world, String name, DiskSettings disk, SimEngineSettings engines) {
    this.world = world;
    this.name = name;
    this.disk = new SimDisk(world.scheduler(), name, disk);
    this.engineDisk = new SimEngineDisk(world.scheduler(), name, engines);
  }

  public String name() {
    return name;
  }

  public SimWorld world() {
    return world;
  }

  public SimDisk disk() {
    return disk;
  }

  public SimEngineDisk engineDisk() {
    return engineDisk;
  }

  /** Starts a process: its loops, its clock and what it sees of the machine are new, the disk is as the last one left it. */
  public SimProcess boot() {
    if (running()) {
      throw new IllegalStateException(process.describe() + " still runs");
    }
    process = world.scheduler().process(name, ++lives);
    process.clock().rate(clockRatePpm);
    process.clock().wallOffsetMillis(wallOffsetMillis);
    return process;
  }

  public boolean running() {
    return process != null && process.alive();
  }

  /** The one that runs, or the last one that did. */
  public SimProcess process() {
    if (process == null) {
      throw new IllegalStateException(name + " was never booted");
    }
    return process;
  }

  public Files files() {
    return disk.files(process());
  }

  public SimEngines engines() {
    return engineDisk.engines(process());
  }

  public SimTransport transport(int loops) {
    return world.net().transport(process(), loops);
  }

  /** The process is gone at once (SIGKILL). Its peers' connections are reset; what it wrote to files is kept, synced or not. */
  public void kill() {
    if (running()) {
      process.kill(false);
      disk.processDied(process);
      engineDisk.processDied(process);
    }
  }

  /** The machine is off at once. Its peers hear nothing; of what was not synced nothing is certain. */
  public void losePower(CrashLoss loss) {
    if (running()) {
      process.kill(true);
      engineDisk.processDied(process);
      disk.powerLost(process, loss);
    }
  }

  /** Nothing of the process runs for so long; timers that came due meanwhile fire together. A GC, a SIGSTOP, a stolen CPU. */
  public void pauseFor(long nanos) {
    process().pauseUntil(world.scheduler().now() + nanos);
  }

  /** How far the machine's clocks gain on the world's, in parts per million; also after the next boot. */
  public void clockRate(long ppm) {
    clockRatePpm = ppm;
    if (running()) {
      process.clock().rate(ppm);
    }
  }

  /** How far its wall clock is ahead; also after the next boot. */
  public void wallOffsetMillis(long millis) {
    wallOffsetMillis = millis;
    if (running()) {
      process.clock().wallOffsetMillis(millis);
    }
  }

  /** Takes out the disk and puts in an empty one. */
  public void wipe() {
    if (running()) {
      throw new IllegalStateException(process.describe() + " still runs");
    }
    disk.wipe();
    engineDisk.wipe();
  }
}
