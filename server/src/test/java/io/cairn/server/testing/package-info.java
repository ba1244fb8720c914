/**
 * Doubles for the server's tests: loops in virtual time, an engine, a log and a network in memory. One thread runs everything, in
 * an order that the test decides.
 */
package io.cairn.server.testing;
