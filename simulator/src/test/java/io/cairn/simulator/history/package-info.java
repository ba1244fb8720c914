/** Runs of the simulator as histories, judged by the checkers of {@code io.cairn.jepsen.check}, which know nothing of it. */
package io.cairn.simulator.history;
