/** What every file system keeps to ({@code FilesContractTest}), and what the simulated one does in a crash. */
package io.cairn.simulator.disk;
