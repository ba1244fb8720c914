package io.cairn.raft;

/** What happened in a run, or in many: added up, and looked at, since a run in which nothing happens proves nothing. */
final class SimTally {

  long events;
  long delivered;
  long virtualNanos;
  long elections;
  long committed;
  long reads;
  long leaseReads;
  long snapshots;
  long crashes;
  long unsyncedLost;
  long cuts;
  long oneWayCuts;
  long pauses;
  long eclipses;
  long stalls;
  long lost;
  long doubled;
  long strays;
  long membershipChanges;
  long jointRestarts;
  long transfers;
  long damages;
  long cleared;
  long quiesced;

  void add(SimTally other) {
    events += other.events;
    delivered += other.delivered;
    virtualNanos += other.virtualNanos;
    elections += other.elections;
    committed += other.committed;
    reads += other.reads;
    leaseReads += other.leaseReads;
    snapshots += other.snapshots;
    crashes += other.crashes;
    unsyncedLost += other.unsyncedLost;
    cuts += other.cuts;
    oneWayCuts += other.oneWayCuts;
    pauses += other.pauses;
    eclipses += other.eclipses;
    stalls += other.stalls;
    lost += other.lost;
    doubled += other.doubled;
    strays += other.strays;
    membershipChanges += other.membershipChanges;
    jointRestarts += other.jointRestarts;
    transfers += other.transfers;
    damages += other.damages;
    cleared += other.cleared;
    quiesced += other.quiesced;
  }

  @Override
  public String toString() {
    return "events=" + events + " delivered=" + delivered + " virtual-s=" + virtualNanos / 1_000_000_000 + " elections=" + elections
        + " committed=" + committed + " reads=" + reads + " lease-reads=" + leaseReads + " snapshots=" + snapshots + " crashes=" + crashes
        + " unsynced-lost=" + unsyncedLost + " cuts=" + cuts + " one-way-cuts=" + oneWayCuts + " pauses=" + pauses + " stalls=" + stalls
        + " eclipses=" + eclipses + " lost=" + lost + " doubled=" + doubled + " strays=" + strays + " membership-changes=" + membershipChanges
        + " joint-restarts=" + jointRestarts + " transfers=" + transfers + " damages=" + damages
        + " cleared=" + cleared + " quiesced=" + quiesced;
  }
}
