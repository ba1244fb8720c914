/**
 * {@code kvctl load}: a file of any size into the cluster, in constant memory, and for each line of it what became of it.
 *
 * <p>{@link io.cairn.cli.load.LineReader} cuts the input into {@link io.cairn.cli.load.Line}s, {@link io.cairn.cli.load.Load} sends each at
 * its time ({@link io.cairn.cli.load.Pace}) when there is room ({@link io.cairn.cli.load.Window}), and
 * {@link io.cairn.cli.load.Outcomes} hears how it ended. Reading and sending happen on the caller's thread, endings come on the client's
 * callback threads, and a timer thread of the verb's lets {@link io.cairn.cli.load.Progress} draw. From here a record goes on in
 * {@link io.cairn.client.AsyncKvClient#put}.
 */
package io.cairn.cli.load;
