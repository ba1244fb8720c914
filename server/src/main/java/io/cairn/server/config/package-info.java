/**
 * What a node is told at its start.
 *
 * <p>{@link io.cairn.server.config.ConfigKeys} lists every key with unit, default, bound and meaning; nothing else knows them.
 * {@link io.cairn.server.config.ConfigLoader} reads a file's text, then the environment, then flags, each over the one before,
 * and gives a {@link io.cairn.server.config.NodeConfig} or every mistake at once. The records cannot be wrong: their
 * constructors refuse bad values in the user's words. {@link io.cairn.server.config.Limits} holds the bound of every queue.
 *
 * <p>Nothing here touches a file, the environment or a thread: {@code io.cairn.server.main} hands in what it has read, a
 * simulated node what its seed has drawn. Numbers that must never change once data exists are no configuration; they are
 * constants beside the format they belong to.
 */
package io.cairn.server.config;
