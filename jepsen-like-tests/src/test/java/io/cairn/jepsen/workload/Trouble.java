package io.cairn.jepsen.workload;

import io.cairn.jepsen.cluster.KvdNode;
import io.cairn.jepsen.cluster.LocalCluster;
import io.cairn.jepsen.cluster.PeerDoors;
import io.cairn.jepsen.history.Event;
import io.cairn.jepsen.history.HistoryRecorder;
import java.util.Random;

/** Faults, one after the other: while each lasts and once it is mended, the crew must go on. */
final class Trouble {
  enum Kind { KILL, PAUSE, CUT_OFF }

  private final LocalCluster cluster;
  private final PeerDoors doors;
  private final HistoryRecorder recorder;
  private final Progress crew;

  /** Whoever is at work. */
  interface Progress {
    /** Each of them comes so much further. */
    void awaitProgress(String when, int calls);
  }

  Trouble(LocalCluster cluster, PeerDoors doors, HistoryRecorder recorder, Progress crew) {
    this.cluster = cluster;
    this.doors = doors;
    this.recorder = recorder;
    this.crew = crew;
  }

  /** As many rounds of all kinds, each upon the leader of some shard. */
  void rounds(int rounds, int calls, Random random) {
    crew.awaitProgress("before any fault", calls);
    for (int i = 0; i < rounds; i++) {
      for (Kind kind : Kind.values()) {
        befall(kind, cluster.leaderOf(random.nextInt(4)), calls);
      }
    }
  }

  void befall(Kind kind, KvdNode node, int calls) {
    recorder.add(at -> new Event.Fault(at, kind + " " + node));
    switch (kind) {
      case KILL -> node.kill();
      case PAUSE -> node.pause();
      case CUT_OFF -> doors.shut(node.name());
    }
    crew.awaitProgress("without " + node + " (" + kind + ")", calls);
    switch (kind) {
      case KILL -> node.start();
      case PAUSE -> node.resume();
      case CUT_OFF -> doors.open();
    }
    recorder.add(at -> new Event.Fault(at, "mended " + node));
    cluster.awaitReady();
    crew.awaitProgress("with " + node + " again", calls);
  }
}
