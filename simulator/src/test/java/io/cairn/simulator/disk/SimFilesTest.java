package io.cairn.simulator.disk;

import io.cairn.platform.Files;
import io.cairn.simulator.SimMachine;
import io.cairn.simulator.SimWorld;
import java.io.IOException;
import org.junit.jupiter.api.BeforeEach;

class SimFilesTest extends FilesContractTest {
  private final SimMachine machine = new SimWorld(31).machine("n1");

  @BeforeEach
  void boot() throws IOException {
    machine.boot();
    machine.files().createDirectories("/data/n1");
  }

  @Override
  Files files() {
    return machine.files();
  }

  @Override
  String folder() {
    return "/data/n1";
  }
}
