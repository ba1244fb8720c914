/**
 * {@code kvctl}: Cairn on the command line.
 *
 * <p>{@link io.cairn.cli.Kvctl} reads the line, makes one client, runs one verb and turns its end into an exit status
 * ({@link io.cairn.cli.ExitStatus}). A verb asks the client and hands what comes to {@link io.cairn.cli.Output}, which alone
 * knows how results look. Everything runs on the main thread, but for the progress of {@link io.cairn.cli.LoadVerb}, whose work lies in
 * {@link io.cairn.cli.load}; the client brings its own threads. From here a command goes on in
 * {@link io.cairn.client.KvClient}.
 */
package io.cairn.cli;
