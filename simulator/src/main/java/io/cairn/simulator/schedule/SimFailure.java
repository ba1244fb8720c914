package io.cairn.simulator.schedule;

/** A run went wrong. The message says where in virtual time, and the seed that replays it. */
public class SimFailure extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public SimFailure(String message) {
    super(message);
  }

  public SimFailure(String message, Throwable cause) {
    super(message, cause);
  }
}
