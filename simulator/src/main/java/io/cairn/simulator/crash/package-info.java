/**
 * Crashes at one exact place. A {@link io.cairn.simulator.crash.CrashPoint} names the place; {@link io.cairn.simulator.crash.CrashWatch}
 * sees a node come by there, through the taps of its disk, its engine and its replicas, and takes its power away.
 *
 * <p>The places are told from what the node asks of its devices and of Raft: production code names none of them, and pays for none.
 */
package io.cairn.simulator.crash;
