/**
 * Virtual time: what stands in for the threads, the timers and the clocks of every machine.
 *
 * <p>{@link io.cairn.simulator.schedule.SimScheduler} owns the one thread there is, and the queue of events, ordered by
 * (time, a tie-break drawn from the seed, sequence). A {@link io.cairn.simulator.schedule.SimProcess} is one life of one
 * node: its loops, its timers, its clock. When it is killed nothing of that life runs again. Time jumps to the next event, so an
 * idle cluster costs nothing.
 *
 * <p><b>What a task costs.</b> A task runs to its end at once, but a device that it waits for
 * ({@link io.cairn.simulator.schedule.SimScheduler#elapse}) moves the task's own time on: whatever the task then posts, sends,
 * writes or schedules happens at that later time, and its loop is busy until then. If the process dies in between, those
 * effects never happen. What a task changes in memory is seen by the node's other loops at once, though, even if the task's
 * own time is ahead: code that shares memory between loops is seen to publish early, never late.
 *
 * <p>Next room: {@link io.cairn.simulator.net} and {@link io.cairn.simulator.disk}, which schedule what they do here.
 */
package io.cairn.simulator.schedule;
