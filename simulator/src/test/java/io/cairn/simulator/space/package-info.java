/** Disks that fill up under whole nodes, and what is refused, kept and taken up again; on the thread of the test, in virtual time. */
package io.cairn.simulator.space;
