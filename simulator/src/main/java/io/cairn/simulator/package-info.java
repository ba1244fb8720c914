/**
 * Whole nodes in one thread, in virtual time, from one seed.
 *
 * <p>A {@link io.cairn.simulator.SimWorld} is a seed and what it makes: {@link io.cairn.simulator.schedule time and loops}, a
 * {@link io.cairn.simulator.net network}, and {@link io.cairn.simulator.SimMachine machines} with a {@link io.cairn.simulator.disk disk}
 * and the {@link io.cairn.simulator.engine engines} on it. A machine is booted, paused, killed, loses power and is booted again; what a
 * process had in memory is gone each time, what was durable is not.
 *
 * <p>This is a library: a user's own tests can start a world. Everything is used from the thread that made it. The same seed and the
 * same calls give the same run, to the last byte, in any JVM: {@link io.cairn.simulator.SimWorld#digest()} tells.
 */
package io.cairn.simulator;
