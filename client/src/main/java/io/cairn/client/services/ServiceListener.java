package io.cairn.client.services;

/**
 * Hears of changes of a {@link ServiceView}, one after the other, on the client's callback threads. What happens while it is busy is one change:
 * from what it heard of last to what is then.
 */
@FunctionalInterface
public interface ServiceListener {

  void changed(ServiceSnapshot before, ServiceSnapshot now);
}
