/** {@code bin/sim}: the command line of the simulator. The only room here that touches the machine it runs on. */
package io.cairn.simulator.main;
