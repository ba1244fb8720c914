/**
 * A client with no cleverness at all: one socket to one node, no retry, no map of shards.
 *
 * <p>{@link io.cairn.jepsen.raw.RawConnection} sends the bytes it is given and shows the frames that come back, so that a test can send
 * one request's bytes twice, half a frame, or no frame at all. {@link io.cairn.jepsen.raw.RawWrites} makes the bytes of writes under a
 * client id of its own. {@link io.cairn.jepsen.raw.AnswerCutter} stands between a real client and its nodes and loses answers.
 * {@link io.cairn.jepsen.raw.Crowd} is thousands of sockets at once. Each is used by one thread at a time.
 */
package io.cairn.jepsen.raw;
