package io.cairn.client;

/** Hears what becomes of a {@link Session}: each change once, in order, on the client's callback threads. */
@FunctionalInterface
public interface SessionListener {

  void changed(Session session, SessionState now);
}
