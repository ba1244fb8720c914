package io.cairn.simulator.engine;

import io.cairn.simulator.schedule.SimProcess;
import io.cairn.simulator.schedule.SimRandom;
import io.cairn.storage.engine.Family;
import java.util.ArrayDeque;

/** The content of one engine's folder: what is durable, and each batch since. Outlives processes. */
final class EngineImage {
  private final ArrayDeque<EngineVersion> unsettled = new ArrayDeque<>();
  private EngineVersion durable = EngineVersion.EMPTY;
  private EngineVersion latest = EngineVersion.EMPTY;
  /** Who has it open, or null. */
  private SimProcess holder;

  SimProcess holder() {
    return holder;
  }

  void open(SimProcess process) {
    holder = process;
  }

  EngineVersion latest() {
    return latest;
  }

  void add(EngineVersion version, long now) {
    settle(now);
    latest = version;
    unsettled.addLast(version);
  }

  /** All written so far is durable from {@code endsAt} on. */
  void flushed(long endsAt) {
    for (EngineVersion version : unsettled) {
      version.durableAt = Math.min(version.durableAt, endsAt);
    }
  }

  /** Takes keys out of all there is, also of what is durable. */
  void drop(Family family, byte[] start, byte[] end) {
    durable.drop(family, start, end);
    unsettled.forEach(version -> version.drop(family, start, end));
  }

  boolean rot(Family family, byte[] suffix) {
    boolean found = durable.rot(family, suffix);
    for (EngineVersion version : unsettled) {
      found |= version.rot(family, suffix);
    }
    return found;
  }

  /** What is durable at this time, which may be ahead of what has settled. */
  EngineVersion durable(long at) {
    EngineVersion found = durable;
    for (EngineVersion version : unsettled) {
      if (version.durableAt > at) {
        break;
      }
      found = version;
    }
    return found;
  }

  /** The process is gone, at that time: back to what was durable, or to some whole batch after it. */
  void lose(long diedAt, SimRandom random) {
    settle(diedAt);
    unsettled.removeIf(version -> version.issuedAt > diedAt);
    long kept = random.chance(0.5) ? 0 : random.nextLong(unsettled.size() + 1L);
    for (long i = 0; i < kept; i++) {
      durable = unsettled.pollFirst();
    }
    unsettled.clear();
    latest = durable;
    holder = null;
  }

  private void settle(long now) {
    while (!unsettled.isEmpty() && unsettled.peekFirst().durableAt <= now) {
      durable = unsettled.pollFirst();
    }
  }
}
