package io.cairn.server.replica;

import io.cairn.storage.guard.Subject;
import java.util.List;

/** Hands what is to be seen to about guards to whoever observes the replica. */
record ObservedGuards(Replica replica, ReplicaPorts.Observer observer) implements HorizonAnswers.Guards {

  @Override
  public void unknown(WriteRequest write, Subject subject) {
    observer.guardUnknown(replica, write, subject);
  }

  @Override
  public void fence(WriteRequest write, List<Subject> subjects) {
    observer.guarded(replica, write, subjects);
  }
}
