/** Where leadership of shards lies on whole nodes in virtual time, and how a node gives it away. */
package io.cairn.simulator.leaders;
