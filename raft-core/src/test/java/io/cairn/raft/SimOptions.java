package io.cairn.raft;

/**
 * What a seed draws before its run begins. Each fault is absent in many runs and its size is drawn anew: faults that are always
 * on hide each other. Times are nanoseconds of true time, {@code every...} the mean gap between two faults, 0 for never.
 *
 * @param loss chance that a message is lost
 * @param doubled chance that it arrives twice
 * @param stray chance that it takes twenty times as long and is overtaken by what was sent after it
 * @param everyCut a link is cut, in one direction or both, or all links of one replica
 * @param everyPause a process stands still
 * @param everyStall a disk answers nothing for a while
 * @param slowDisk whether one replica's disk is twenty times slower than the others
 * @param clockSpread how far clocks' rates differ; below the factor of two that leases allow for
 * @param everyCompaction state machines flush and logs are cut, so that who lags needs a snapshot
 * @param everyChange the members change
 * @param everyTransfer a leader is asked to hand over
 * @param damages chance that a crash leaves a damaged end of the log, of a minority of replicas at a time
 * @param quiesces whether drivers let an idle shard fall silent; the load then has gaps
 * @param lulls whether nobody writes in every other spell: who was cut off meanwhile has a log as good as the others'
 * @param everyEclipse one follower loses its leader; then, when it is about to campaign, all others do and restart at once
 * @param catchUpRate bytes a second that members which are far behind are sent; 0 for no bound
 * @param lyingDisks for a canary: a crash takes what was synced too, which must be noticed
 */
record SimOptions(
    int replicas,
    double loss,
    double doubled,
    double stray,
    long delay,
    long disk,
    long everyCrash,
    long everyCut,
    long everyPause,
    long everyStall,
    boolean slowDisk,
    double clockSpread,
    long everyCompaction,
    long everyChange,
    long everyTransfer,
    double damages,
    boolean quiesces,
    boolean lulls,
    long everyEclipse,
    RaftSettings settings,
    long catchUpRate,
    boolean lyingDisks) {

  static final long MS = 1_000_000;

  /** Everything follows from the seed, the number of replicas too: odd seeds run three, even ones five. */
  static SimOptions of(long seed) {
    return of(seed, seed % 2 == 0 ? 5 : 3);
  }

  static SimOptions of(long seed, int replicas) {
    var random = new SimRandom(~seed);
    var settings = new RaftSettings(100 * MS, 100 * MS, 10 * MS, random.pick(60L, 400L, 4000L), random.pick(100L, 1000L, 8000L),
        1 + random.below(8), random.pick(200L, 10_000L), random.pick(60L, 2000L));
    return new SimOptions(replicas,
        random.chance(0.5) ? random.fraction() * 0.2 : 0,
        random.chance(0.5) ? random.fraction() * 0.2 : 0,
        random.chance(0.6) ? random.fraction() * 0.05 : 0,
        random.pick(MS / 5, MS / 2, 3 * MS),
        random.pick(MS / 10, MS / 2, 5 * MS),
        random.chance(0.6) ? random.pick(150 * MS, 500 * MS) : 0,
        random.chance(0.6) ? random.pick(60 * MS, 300 * MS) : 0,
        random.chance(0.4) ? random.pick(150 * MS, 500 * MS) : 0,
        random.chance(0.4) ? random.pick(150 * MS, 500 * MS) : 0,
        random.chance(0.3),
        random.chance(0.5) ? 0.45 : 0.02,
        random.chance(0.7) ? random.pick(20 * MS, 150 * MS) : 0,
        random.chance(0.5) ? random.pick(60 * MS, 400 * MS) : 0,
        random.chance(0.5) ? random.pick(50 * MS, 400 * MS) : 0,
        random.chance(0.3) ? 0.3 : 0,
        random.chance(0.2),
        random.chance(0.3),
        random.chance(0.15) ? 400 * MS : 0,
        settings,
        random.chance(0.4) ? random.pick(500L, 20_000L) : 0,
        false);
  }

  /** Nothing fails, whatever else happens. */
  SimOptions withoutFaults() {
    return new SimOptions(replicas, 0, 0, 0, MS / 2, MS / 5, 0, 0, 0, 0, false, 0.02, everyCompaction, 0, 0, 0, false, false,
        0, settings, catchUpRate, false);
  }

  SimOptions withLyingDisks() {
    return new SimOptions(replicas, loss, doubled, stray, delay, disk, 100 * MS, everyCut, everyPause, everyStall, slowDisk, clockSpread,
        everyCompaction, 0, everyTransfer, 0, false, false, 0, settings, catchUpRate, true);
  }

  SimOptions withEveryMessageLost() {
    return new SimOptions(replicas, 1, 0, 0, delay, disk, 0, 0, 0, 0, false, clockSpread, 0, 0, 0, 0, false, false, 0, settings, catchUpRate, false);
  }
}
