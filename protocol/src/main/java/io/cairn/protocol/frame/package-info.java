/**
 * Frames: how a stream of bytes is cut into messages, on every connection between clients and nodes and between nodes.
 *
 * <pre>
 *   0        4        8    9    10       12                 20
 *   +--------+--------+----+----+--------+------------------+--------- ... ---+
 *   | length | CRC32C |kind|flag|  zero  |    request id    |  body           |
 *   +--------+--------+----+----+--------+------------------+--------- ... ---+
 *            |<------------------------- length bytes ----------------------->|
 *                     |<------------------ covered by the CRC --------------->|
 * </pre>
 *
 * <p>All numbers are big-endian. {@link io.cairn.protocol.frame.FrameEncoder} writes one,
 * {@link io.cairn.protocol.frame.FrameDecoder} finds them in bytes that come cut anywhere, and
 * {@link io.cairn.protocol.frame.FrameChannel} is one connection's traffic: it gathers small frames into one write, and lets
 * large ones go in pieces so that a heartbeat never waits behind a snapshot. What a body means is decided one room further:
 * {@code io.cairn.protocol.link} knows handshakes and requests, and {@code docs/wire.md} draws the whole picture.
 *
 * <p>Everything here belongs to the connection's loop and is touched from it alone. Bodies that are handed out are on loan
 * for the call (hazard A-10): who keeps bytes copies them, as parsing a protobuf message does.
 */
package io.cairn.protocol.frame;
