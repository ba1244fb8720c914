/** What a power failure leaves: one suite for the doubles and for a real file system, whose machine loses its power as far as it can tell. */
package io.cairn.simulator.power;
