package io.cairn.jepsen.disk;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A disk of its own for each node's data. Closed after the nodes have ended. */
public final class NodeDisks implements AutoCloseable {
  private final Map<String, LoopDisk> disks = new LinkedHashMap<>();

  private NodeDisks() {}

  /** @param bytes of each disk */
  public static NodeDisks make(List<String> nodes, long bytes) throws IOException {
    var made = new NodeDisks();
    try {
      for (String node : nodes) {
        made.disks.put(node, LoopDisk.make(bytes));
      }
    } catch (IOException e) {
      made.close();
      throw e;
    }
    return made;
  }

  public LoopDisk of(String node) {
    return disks.get(node);
  }

  /** A folder below the disk's root, which has a folder of the file system's own that no node would take for its. */
  public Path directoryOf(String node) {
    return disks.get(node).folder().resolve("data");
  }

  /** Takes all of them away, also when one cannot be. */
  @Override
  public void close() throws IOException {
    IOException failed = null;
    for (LoopDisk disk : disks.values()) {
      try {
        disk.close();
      } catch (IOException e) {
        if (failed == null) {
          failed = e;
        } else {
          failed.addSuppressed(e);
        }
      }
    }
    if (failed != null) {
      throw failed;
    }
  }
}
