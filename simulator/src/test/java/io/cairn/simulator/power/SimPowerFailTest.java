package io.cairn.simulator.power;

import io.cairn.platform.Files;
import io.cairn.simulator.SimMachine;
import io.cairn.simulator.SimWorld;
import io.cairn.simulator.disk.CrashLoss;
import java.io.IOException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;

/** The simulated disk loses its power as a real one may. */
class SimPowerFailTest extends PowerFailContractTest {
  private SimMachine machine;
  private Files files;

  @BeforeEach
  void begin() throws IOException {
    begin(1);
  }

  private void begin(long seed) throws IOException {
    machine = new SimWorld(seed).machine("n1");
    machine.boot();
    files = machine.files();
    files.createDirectories("/data");
    files.syncDirectory("/");
  }

  @Override
  Files files() {
    return files;
  }

  @Override
  String folder() {
    return "/data";
  }

  @Override
  void losePower() {
    machine.losePower(CrashLoss.DRAWN);
    machine.boot();
    files = machine.files();
  }

  @RepeatedTest(20)
  void inAnySeed(RepetitionInfo info) throws Exception {
    begin(info.getCurrentRepetition());
    whatWasSyncedStays();
    begin(info.getCurrentRepetition());
    aRenameIsDoneOrNotDone_andDoneForGoodWhenItsFolderIsSynced();
    begin(info.getCurrentRepetition());
    theLogHoldsWhatItSaidWasDurable();
  }
}
