package io.cairn.server.node;

import io.cairn.platform.Clock;
import io.cairn.platform.RandomSource;
import io.cairn.raft.ElectionJitter;

/**
 * The same chance for all shards of a node: when a node that led several is gone, the same other one campaigns first for all of
 * them, so that they stay together and the oracle stays a method call away. Drawn anew for each spell, so that two nodes that met
 * once do not meet again.
 */
final class SharedJitter implements ElectionJitter {
  private final Clock clock;
  private final RandomSource random;
  private final long spellNanos;
  private long spell = Long.MIN_VALUE;
  private double chance;

  SharedJitter(Clock clock, RandomSource random, long spellNanos) {
    this.clock = clock;
    this.random = random;
    this.spellNanos = spellNanos;
  }

  @Override
  public synchronized long next(long bound) {
    long now = Math.floorDiv(clock.nanoTime(), spellNanos);
    if (now != spell) {
      spell = now;
      chance = random.nextDouble();
    }
    return (long) (chance * bound);
  }
}
