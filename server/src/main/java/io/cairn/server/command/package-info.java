/**
 * What enters a log: commands as the clients sent them, many to an entry.
 *
 * <p>{@link io.cairn.server.command.CommandCodec} turns a client's bytes into what the state machine understands and refuses what it
 * does not know; {@link io.cairn.server.command.EntryPayload} is the envelope of a batch. A command is checked before it is
 * proposed and decoded again when it is applied; between the two it stays the bytes that the client sent.
 */
package io.cairn.server.command;
