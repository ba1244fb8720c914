package io.cairn.client.services;

/** Hears of each change of a {@link ServiceView}, one after the other, on the client's callback threads. */
@FunctionalInterface
public interface ServiceListener {

  void changed(ServiceSnapshot before, ServiceSnapshot now);
}
