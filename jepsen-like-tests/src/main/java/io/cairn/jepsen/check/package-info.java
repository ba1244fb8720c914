/**
 * Judges of histories. Each {@link io.cairn.jepsen.check.Checker} is a pure function from a {@link io.cairn.jepsen.history.History} to a
 * {@link io.cairn.jepsen.check.Verdict}, in at most n log n; whether the history was written down by real processes or by the simulator is
 * nothing to it.
 *
 * <p>What was promised is split into rules, each with a name, a count of what it has judged, and a sentence for each breach that says which
 * event it was and what was due. {@link io.cairn.jepsen.check.SessionChecker} judges calls, {@link io.cairn.jepsen.check.ReplayChecker} what
 * they were answered, {@link io.cairn.jepsen.check.WatchChecker} watches, {@link io.cairn.jepsen.check.LeaseChecker} leases;
 * {@link io.cairn.jepsen.check.BankChecker}, {@link io.cairn.jepsen.check.ListChecker} and {@link io.cairn.jepsen.check.CounterChecker} what
 * their workloads keep constant.
 */
package io.cairn.jepsen.check;
