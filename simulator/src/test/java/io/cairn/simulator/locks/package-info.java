/** Locks in simulated clusters under all faults, judged by the checker of real ones. */
package io.cairn.simulator.locks;
