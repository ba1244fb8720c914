package io.cairn.client;

/**
 * Hears what becomes of a {@link Session}: each change once, in order, on the client's callback threads. What it throws goes to the thread's
 * uncaught-exception handler, and silences nothing.
 */
@FunctionalInterface
public interface SessionListener {

  void changed(Session session, SessionState now);
}
