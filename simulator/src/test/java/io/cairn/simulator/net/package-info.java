/** What every transport keeps to ({@code TransportContractTest}), and what the simulated one does on top. */
package io.cairn.simulator.net;
