/**
 * The network of a simulation: streams of bytes below the frame codec, so that the real codec runs.
 *
 * <p>A {@link io.cairn.simulator.net.SimNet} joins hosts by directed links, each with delays, resets and cuts of its own
 * ({@link io.cairn.simulator.net.LinkSettings}). A {@link io.cairn.simulator.net.SimTransport} is what one process gets as its
 * {@link io.cairn.protocol.transport.Transport}. What it models is TCP as a process sees it: bytes come in order or not at all, cut
 * and joined anywhere; a cut link swallows them while the sender goes on until its window is full; a killed process resets its
 * connections, a machine without power says nothing, and its peers find out only when they ask.
 *
 * <p>What is handed to a handler is overwritten when the call returns, unless it was retained: whoever keeps bytes without
 * copying them reads rubbish here, in every run, and not once a year in production.
 */
package io.cairn.simulator.net;
