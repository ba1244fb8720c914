/**
 * # Room 1 of 6 on the path of a `put`: a client's bytes become a request, an outcome becomes bytes
 *
 * <p>{@link io.cairn.server.frontend.ClientService} takes frames apart, {@link io.cairn.server.frontend.RequestChecks} says what is wrong with
 * them, {@link io.cairn.server.frontend.Admission} refuses what there is no room for before it costs anything (connections share it evenly,
 * {@link io.cairn.server.frontend.SharedRoom}; reads of many keys go first and read in turn, {@link io.cairn.server.frontend.ScanTurns}). Then one short class
 * for each kind of request: {@link io.cairn.server.frontend.WriteService}, {@link io.cairn.server.frontend.GetService},
 * {@link io.cairn.server.frontend.RangeService} (whose answers leave as a {@link io.cairn.server.frontend.ReadStream}),
 * {@link io.cairn.server.frontend.HashService}, {@link io.cairn.server.frontend.StatusService}. {@link io.cairn.server.frontend.Answers} is the way back.
 *
 * <p>Each connection has one loop; the shard's replica is asked on its own and answers on the connection's. Until a write has
 * been handed to its replica every refusal is certain. Next room: {@code io.cairn.server.shard}.
 */
package io.cairn.server.frontend;
