package io.cairn.simulator.engine;

import io.cairn.simulator.schedule.SimProcess;
import io.cairn.simulator.schedule.SimRandom;
import io.cairn.simulator.schedule.SimScheduler;
import io.cairn.storage.engine.Family;
import java.util.TreeMap;

/** The engines' folders of one machine. They outlive its processes. */
public final class SimEngineDisk {
  private final SimScheduler scheduler;
  private final SimRandom random;
  private final TreeMap<String, EngineImage> images = new TreeMap<>();
  private SimEngineSettings settings;
  private int failingFlush;
  private int failingWrite;
  private EngineTap tap = _ -> {};

  public SimEngineDisk(SimScheduler scheduler, String host, SimEngineSettings settings) {
    this.scheduler = scheduler;
    this.random = scheduler.random("engine." + host);
    this.settings = settings;
  }

  /** The engines as one process sees them. */
  public SimEngines engines(SimProcess process) {
    return new SimEngines(this, process);
  }

  public void settings(SimEngineSettings changed) {
    settings = changed;
  }

  public void tap(EngineTap listener) {
    tap = listener;
  }

  /** Shows the tap where a process is; it may end there. */
  void at(EngineTap.Moment moment, SimProcess process) {
    tap.at(moment);
    process.checkAlive();
  }

  /** The {@code nth} flush from now on (1 is the next) fails, and what it should have covered stays as it was. */
  public void failFlush(int nth) {
    failingFlush = nth;
  }

  /** The {@code nth} batch from now on fails, without effect. */
  public void failWrite(int nth) {
    failingWrite = nth;
  }

  /**
   * Changes the last byte of what stands under each key of the family that ends with {@code suffix}, in all there is, as if it had rotted where no
   * checksum sees it. Returns whether there was one.
   */
  public boolean rot(Family family, byte[] suffix) {
    boolean found = false;
    for (EngineImage image : images.values()) {
      found |= image.rot(family, suffix);
    }
    return found;
  }

  /**
   * The process died, with its machine or without: what an engine had not flushed was in the process's memory. Each engine goes back
   * to its last flush, or to a whole batch after it.
   */
  public void processDied(SimProcess process) {
    for (EngineImage image : images.values()) {
      if (image.holder() == process) {
        image.lose(process.diedAtNanos(), random);
      }
    }
  }

  /** A new disk in the place of the old one. */
  public void wipe() {
    images.clear();
  }

  SimScheduler scheduler() {
    return scheduler;
  }

  SimRandom random() {
    return random;
  }

  SimEngineSettings settings() {
    return settings;
  }

  EngineImage image(String directory) {
    return images.computeIfAbsent(directory, _ -> new EngineImage());
  }

  boolean flushFails() {
    return failingFlush > 0 && --failingFlush == 0;
  }

  boolean writeFails() {
    return failingWrite > 0 && --failingWrite == 0;
  }
}
