/**
 * Stories that a cluster has to survive, each run from one seed, with what must hold at its end.
 *
 * <p>{@link io.cairn.simulator.scenario.LeaderLoss} writes, takes the power from the leader, cuts a node off, heals, and reads every
 * acknowledged write back from every replica; {@link io.cairn.simulator.scenario.Turmoil} draws from many kinds of faults.
 * {@link io.cairn.simulator.scenario.Writer} is the application in both, and checks every answer as it comes. A failure names the
 * seed; {@link io.cairn.simulator.scenario.Seeds} runs seeds again, and prints their digests.
 */
package io.cairn.simulator.scenario;
