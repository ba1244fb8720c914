package io.cairn.simulator.net;

import io.cairn.simulator.schedule.SimRandom;
import io.cairn.simulator.schedule.SimScheduler;
import java.util.ArrayDeque;

/** One direction between two hosts. While it is cut, what would arrive is held, as TCP holds it for its next try. */
final class SimLink {
  private final SimScheduler scheduler;
  private final SimRandom random;
  private final long lane;
  private final ArrayDeque<Runnable> held = new ArrayDeque<>();
  private LinkSettings settings;
  private boolean cut;

  SimLink(SimScheduler scheduler, String from, String to, LinkSettings settings, long lane) {
    this.scheduler = scheduler;
    this.random = scheduler.random("net.link." + from + ">" + to);
    this.settings = settings;
    this.lane = lane;
  }

  LinkSettings settings() {
    return settings;
  }

  void settings(LinkSettings changed) {
    settings = changed;
  }

  boolean isCut() {
    return cut;
  }

  void cut() {
    cut = true;
  }

  /** What was held arrives after a new delay each, in any order: connections put their own pieces back in line. */
  void heal() {
    cut = false;
    ArrayDeque<Runnable> waiting = new ArrayDeque<>(held);
    held.clear();
    for (Runnable arrival : waiting) {
      carry("net.retry", arrival);
    }
  }

  /** Carries something to the other side: late while the link is cut, perhaps never. */
  void carry(String kind, Runnable arrival) {
    scheduler.at(scheduler.now() + delay(), kind, lane, () -> {
      if (cut) {
        held.add(arrival);
      } else {
        arrival.run();
      }
    });
  }

  /** Carries something that nobody sends twice, such as a reset: lost while the link is cut. */
  void carryOnce(String kind, Runnable arrival) {
    scheduler.at(scheduler.now() + delay(), kind, lane, () -> {
      if (!cut) {
        arrival.run();
      }
    });
  }

  boolean resets() {
    return random.chance(settings.resetChance());
  }

  boolean fragments() {
    return random.chance(settings.fragmentChance());
  }

  /** A place to cut {@code length} bytes, at least one on each side. */
  int cutPoint(int length) {
    return 1 + (int) random.nextLong(length - 1);
  }

  private long delay() {
    return settings.baseDelayNanos() + random.exponential(settings.meanExtraNanos());
  }
}
