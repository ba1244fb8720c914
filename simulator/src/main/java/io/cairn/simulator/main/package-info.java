/**
 * {@code bin/sim}: the command line of the simulator, and the only room here that touches the machine it runs on.
 *
 * <p>{@link io.cairn.simulator.main.Sim} runs seeds or scenarios and adds up what came of them in {@link io.cairn.simulator.main.Totals}.
 * A {@link io.cairn.simulator.main.Mutant} is a bug that is planted for a run: a change of one source of the server, compiled beside it and
 * loaded in its place. So production code holds no switch for it, and pays for none.
 */
package io.cairn.simulator.main;
