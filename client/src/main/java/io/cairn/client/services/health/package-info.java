/**
 * Checks that a registrant runs on itself, and when: over TCP, over HTTP, or by beats that the application must give in time. They hold no thread
 * while they wait; {@link io.cairn.client.services.Registration} runs them on the client's timers and callback threads and puts what they come to
 * into its entry.
 */
package io.cairn.client.services.health;
