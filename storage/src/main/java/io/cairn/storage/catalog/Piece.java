package io.cairn.storage.catalog;

import io.cairn.storage.OnDiskFormat;

/**
 * A part of a replica: the keys in {@code [start, end)} under a store number.
 *
 * @param end empty for no upper bound
 */
public record Piece(long store, byte[] start, byte[] end) {

  public Piece {
    OnDiskFormat.checkStore(store);
  }
}
