/**
 * Inputs that nobody who means well sends, by the million: {@link io.cairn.protocol.fuzz.Fuzz} feeds them to a reader of bytes and
 * judges what it does and what it allocates, {@link io.cairn.protocol.fuzz.MessageInputs} makes them out of sound messages. The tests
 * of every module above this one use both.
 */
package io.cairn.protocol.fuzz;
