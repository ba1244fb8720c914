/** Reads by choice on whole nodes: what each may show while the cluster is whole, cut and healed. */
package io.cairn.simulator.reads;
