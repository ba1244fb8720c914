/** The scheduler's own tests (TI-04: what the nets are made of is tested too). */
package io.cairn.simulator.schedule;
