package io.cairn.client.services;

/** Hears what becomes of a {@link Registration}, one call after the other, on the client's callback threads. */
@FunctionalInterface
public interface RegistrationListener {

  void changed(Registration registration, RegistrationState now);

  /** Somebody else ({@code kvctl service drain}) or {@link Registration#drain} has it drain, or has it wanting calls again. */
  default void draining(Registration registration, boolean now) {}
}
