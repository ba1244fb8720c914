/**
 * Clients of a real cluster whose nodes are killed, paused and cut off; what they did and saw is written down and judged by the checkers of
 * {@code io.cairn.jepsen.check}.
 */
package io.cairn.jepsen.workload;
