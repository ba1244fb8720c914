/** A network in memory, in virtual time, on one thread, for the tests of this module: hard on buffers, cuts streams anywhere. */
package io.cairn.protocol.testing;
