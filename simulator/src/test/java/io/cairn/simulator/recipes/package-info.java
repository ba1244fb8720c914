/** Locks, elections, counters and queues in simulated clusters under all faults, judged by the checkers of real ones. */
package io.cairn.simulator.recipes;
