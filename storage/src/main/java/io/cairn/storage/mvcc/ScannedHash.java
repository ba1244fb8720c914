package io.cairn.storage.mvcc;

import io.cairn.storage.OnDiskFormat;
import io.cairn.storage.engine.EngineView;
import io.cairn.storage.engine.Family;
import io.cairn.storage.retry.ClientRecords;

/** What the rolling hash of a store should be, made from all that is stored: costs a walk over its keys. From any thread that may block. */
public final class ScannedHash {

  private ScannedHash() {}

  /** As of the last commit. */
  public static HashPoints.Point of(ShardStore store) {
    long number = store.store();
    try (EngineView view = store.engine().view()) {
      StoreState state = StoreState.decode(view.get(Family.SMALL, OnDiskFormat.stateKey(number)));
      long tables = ClientRecords.load(view, number, state.forgotten()).sum() + ShardLeases.load(view, number, 0).sum()
          + ShardGuards.load(view, number).sum();
      return new HashPoints.Point(state.applied().index(), ShardHash.scan(view, number).of(state, tables));
    }
  }
}
