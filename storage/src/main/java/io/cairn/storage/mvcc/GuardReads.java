package io.cairn.storage.mvcc;

import io.cairn.storage.engine.Engine;
import io.cairn.storage.engine.EngineView;
import io.cairn.storage.guard.HomeGuard;
import io.cairn.storage.guard.HomeGuards;
import io.cairn.storage.guard.KnownGuards;
import io.cairn.storage.guard.Subject;
import java.util.List;

/** What is committed of a store's guards. From any thread. */
public record GuardReads(Engine engine, long store) {

  /** The subject as its home has it; null when no shard holds a guard on it, or its key is gone. */
  public HomeGuard home(Subject subject) {
    try (EngineView view = engine.view()) {
      HomeGuard found = HomeGuards.read(view, store, subject.key());
      return found == null || !found.subject().equals(subject) ? null : found;
    }
  }

  /** Those that are fenced here. */
  public List<Subject> fenced() {
    try (EngineView view = engine.view()) {
      return KnownGuards.fenced(view, store);
    }
  }
}
