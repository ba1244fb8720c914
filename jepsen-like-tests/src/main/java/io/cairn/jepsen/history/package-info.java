/**
 * What happened in a run, written down so that it can be judged afterwards, by pure functions and as often as one likes.
 *
 * <p>Start with {@link io.cairn.jepsen.history.Event}: what a history is made of. A {@link io.cairn.jepsen.history.HistoryRecorder} takes
 * events from any thread and gives them their time, from one clock for the whole run; {@link io.cairn.jepsen.history.History} is what it
 * leaves, immutable and indexed: its calls, its watches, and {@link io.cairn.jepsen.history.Truth}, the changes that the cluster itself has
 * written down. {@link io.cairn.jepsen.history.HistoryFile} keeps it, an event a line. Keys and values are text: workloads choose them so.
 */
package io.cairn.jepsen.history;
