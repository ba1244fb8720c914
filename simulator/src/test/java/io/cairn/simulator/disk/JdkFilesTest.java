package io.cairn.simulator.disk;

import io.cairn.platform.Files;
import io.cairn.platform.JdkFiles;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

class JdkFilesTest extends FilesContractTest {
  private final Files files = new JdkFiles();

  @TempDir
  Path folder;

  @Override
  Files files() {
    return files;
  }

  @Override
  String folder() {
    return folder.toString();
  }
}
