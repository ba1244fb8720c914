package io.cairn.simulator.engine;

import io.cairn.simulator.schedule.SimProcess;
import io.cairn.storage.StorageFailure;
import io.cairn.storage.engine.Engine;
import io.cairn.storage.engine.Engines;

/** Opens the engines of one machine for one process. */
public final class SimEngines implements Engines {
  private final SimEngineDisk disk;
  private final SimProcess process;

  SimEngines(SimEngineDisk disk, SimProcess process) {
    this.disk = disk;
    this.process = process;
  }

  @Override
  public Engine open(String directory) {
    process.checkAlive();
    EngineImage image = disk.image(directory);
    if (image.holder() != null) {
      throw new StorageFailure(StorageFailure.Kind.DISK, directory + " is open already, by " + image.holder().describe());
    }
    image.open(process);
    disk.at(EngineTap.Moment.OPENED, process);
    return new SimEngine(disk, process, image);
  }
}
