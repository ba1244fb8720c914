/**
 * The disks of a simulation: what is written, what is durable, and what a crash makes of the difference.
 *
 * <p>A {@link io.cairn.simulator.disk.SimDisk} belongs to a machine and outlives its processes; each of them gets
 * {@link io.cairn.simulator.disk.SimDisk#files its own view} of it as {@link io.cairn.platform.Files}. A file is its durable image and
 * the ordered writes that came after; a sync makes them durable at the moment at which it <em>ends</em>. When power fails, each
 * pending write is lost, applied or torn at 512-byte sectors, a size may grow without its data, and a name may be missing whose
 * folder was not synced ({@link io.cairn.simulator.disk.CrashLoss}). A killed process loses nothing that it wrote: the operating
 * system still has it.
 *
 * <p>A failed sync drops what it should have made durable, and the next sync succeeds (ST-01): whoever tries again loses data.
 */
package io.cairn.simulator.disk;
