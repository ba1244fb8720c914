/**
 * Random runs of whole clusters: {@code bin/sim}.
 *
 * <p>A seed draws {@link io.cairn.simulator.swarm.SwarmOptions}: sizes, limits, times, and which classes of faults there are at all; then a
 * {@link io.cairn.simulator.swarm.FaultPlan}, an explicit list of faults with their times. {@link io.cairn.simulator.swarm.Swarm} runs both:
 * a <em>safety phase</em>, in which {@link io.cairn.simulator.swarm.Workload clients} work and an
 * {@link io.cairn.simulator.swarm.Operator operator} moves leaderships and members while the plan is carried out, and in which every
 * answer and every step of every replica is held against the {@link io.cairn.simulator.oracle oracle}; then a <em>liveness phase</em>: all
 * is mended, and the cluster must come to serve, to agree, and to hold what it acknowledged.
 *
 * <p>Options and plan have a form in text. So a failing run is made smaller by leaving things out, and kept as a scenario.
 */
package io.cairn.simulator.swarm;
