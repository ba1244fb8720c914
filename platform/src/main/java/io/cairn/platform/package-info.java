/**
 * The seams: everything a node takes from the machine it runs on.
 *
 * <p>Time ({@link io.cairn.platform.Clock}), threads and timers ({@link io.cairn.platform.EventLoop}), files
 * ({@link io.cairn.platform.Files}) and randomness ({@link io.cairn.platform.RandomSource}) are handed to whoever needs
 * them; the network's seam is {@code io.cairn.protocol.transport.Transport} and the store engine's is
 * {@code io.cairn.storage.engine.Engine}. Only the implementations named {@code Jdk…} in this package touch the real
 * things; an architecture test fails the build when other code does. What is written against these interfaces runs
 * unchanged in the simulator, in one thread, in virtual time, from one seed.
 *
 * <p>This module knows the JDK alone and is compiled for Java 17, because the client stands on it.
 */
package io.cairn.platform;
