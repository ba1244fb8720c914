package io.cairn.client.core;

/** When a call began and when it ends at the latest, on the client's clock: one for the call and all its retries and parts. */
record Deadline(long startNanos, long endNanos) {}
