package io.cairn.simulator.schedule;

/**
 * Unwinds a task whose process was killed while it ran: every device throws this to a dead process, so that code which catches
 * too much still cannot do anything more. Never seen by the code of a living node.
 */
public final class SimProcessKilled extends Error {
  private static final long serialVersionUID = 1L;

  public SimProcessKilled(String process) {
    super(process + " was killed", null, false, false);
  }
}
