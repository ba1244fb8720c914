package io.cairn.storage.mvcc;

import io.cairn.storage.engine.ScratchEngine;
import java.util.function.Consumer;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * An engine for the tests of a class, registered in a static field, and a store in it for each test, which asks for it in a field of its own.
 * Test scope.
 */
final class StoreFixture implements BeforeAllCallback, AfterAllCallback {
  private ScratchEngine scratch;
  private StoreScript script;
  private long number;

  @Override
  public void beforeAll(ExtensionContext context) {
    scratch = new ScratchEngine();
  }

  @Override
  public void afterAll(ExtensionContext context) {
    scratch.close();
  }

  ScratchEngine scratch() {
    return scratch;
  }

  /** The store of the next test, empty. */
  StoreScript newStore() {
    number = scratch.newStore();
    return reopen();
  }

  /** The number of the test's store. */
  long number() {
    return number;
  }

  /** The same store, as a node finds it that is started again; what was flushed or not stays. */
  StoreScript reopen() {
    script = new StoreScript(scratch.engine(), number);
    return script;
  }

  /** A round, which changes the test's store, and is committed. */
  void commit(Consumer<ApplyRound> changes) {
    var round = new ApplyRound(scratch.engine(), new RecentVersions(1 << 14));
    changes.accept(round);
    round.commit();
  }

  void compact(long to) {
    commit(round -> script.store.compact(round, to));
  }

  void keepHistory(String prefix, boolean keeps) {
    commit(round -> script.store.keepHistory(round, StoreScript.bytes(prefix), keeps));
  }
}
