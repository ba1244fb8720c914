package io.cairn.client.services;

/** How a registration fares. */
public enum RegistrationState {
  /** The entry does not stand, or not surely: it is being made, for the first time or again, for as long as it takes. */
  REGISTERING,
  /** The entry stands, under a lease that is kept alive. */
  REGISTERED,
  /** It was stopped or closed, or the client was; for good. */
  ENDED
}
