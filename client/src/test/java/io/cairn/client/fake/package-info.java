/**
 * A cluster that is none: nodes that answer as real ones would, or as a script says, on a network in memory and in virtual time,
 * or on real sockets. The client's and kvctl's tests run against it.
 *
 * <p>{@link io.cairn.client.fake.FakeCluster} holds what the nodes share, each {@link io.cairn.client.fake.FakeNode} is one door to it;
 * all of it lives on the loop of the transport it was given, which in virtual time is {@link io.cairn.client.fake.VirtualLoop}, the
 * test's own thread.
 */
package io.cairn.client.fake;
