package io.cairn.simulator.swarm;

import io.cairn.simulator.cluster.SimNode;
import io.cairn.simulator.disk.SimDisk;
import io.cairn.simulator.mark.Mark;
import io.cairn.simulator.mark.Marks;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;

/**
 * Bits of a node's log that turn over at rest, in a segment that is written no more. The node may stop, with the file named, or go on; it
 * must not answer wrong, nor give up what it promised. One node of a run at most, whom the others can do without.
 */
final class Rot {
  private static final String LOG_FOLDER = "/data/log";
  private static final String SEGMENT = ".seg";

  private final Marks marks;
  private String node = "";

  Rot(Marks marks) {
    this.marks = marks;
  }

  /** The node whose disk rots; empty as long as none does. */
  String node() {
    return node;
  }

  boolean hasStruck() {
    return !node.isEmpty();
  }

  /** @param draw which bit of which segment */
  void strike(SimNode struck, long draw) {
    SimDisk disk = struck.machine().disk();
    List<String> closed = disk.list(LOG_FOLDER).stream().filter(name -> name.endsWith(SEGMENT)).sorted().toList();
    if (closed.size() < 2) {
      return; // The newest is being written.
    }
    String path = LOG_FOLDER + "/" + closed.get((int) (draw % (closed.size() - 1)));
    try {
      long size = disk.durableBytes(path).length;
      if (size > 0) {
        disk.corrupt(path, (draw >>> 8) % size, 1 << (draw >>> 40) % 8);
        node = struck.name();
        marks.reach(Mark.LOG_ROTTED);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
