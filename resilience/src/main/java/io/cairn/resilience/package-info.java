/**
 * Calls to an instance of a service that fail well: {@link io.cairn.resilience.ServiceCalls}. What decides is resilience4j's: a circuit breaker for
 * each instance, a time limit for each attempt, and a rate limiter as the budget of retries; this package joins them with a view and a chooser of
 * {@code io.cairn.client.services}. Optional: the client itself does not know it, and it is no part of calls to the store.
 *
 * <p>It owns no thread. Timers are those of the executor that is handed in.
 */
package io.cairn.resilience;
