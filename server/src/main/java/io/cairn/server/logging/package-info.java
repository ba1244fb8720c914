/**
 * Log lines: one grammar, as text or JSON, and a queue that never holds up whoever logs.
 *
 * <p>The rooms of the node log through SLF4J; here Logback is told what to do with it, without a file of its own. A line is made on
 * the thread that logs, then waits in a queue bounded in bytes for the one thread that may block on a slow reader; what does not
 * fit is dropped and counted.
 */
package io.cairn.server.logging;
