/**
 * The process: from a command line to a running node, and back.
 *
 * <p>{@code Kvd} reads the configuration, sets logging up, makes the real devices, starts the node and the admin port, waits for a
 * signal or for the node to break, and ends with an {@code ExitStatus}. What the other rooms may not touch is touched here: the
 * environment, signals, the clock of the operating system, log files.
 */
package io.cairn.server.main;
