/**
 * A file of one node's data directory damaged while the node does not run, under three real nodes that go on serving.
 *
 * <p>{@link io.cairn.jepsen.damage.Damage} is what happens to the bytes, {@link io.cairn.jepsen.damage.Target} which bytes: a kind of file, or a
 * kind of record in the log, found by {@link io.cairn.jepsen.damage.NodeFiles} and {@link io.cairn.jepsen.damage.LogPlaces}.
 * {@link io.cairn.jepsen.damage.DamageCase} is one of each and what must come of it, {@link io.cairn.jepsen.damage.DamageUnderLoad} does them one
 * after the other. Used by one thread; writers and a reader have threads of their own.
 */
package io.cairn.jepsen.damage;
