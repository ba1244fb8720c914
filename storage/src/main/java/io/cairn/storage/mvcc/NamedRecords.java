package io.cairn.storage.mvcc;

import io.cairn.storage.OnDiskFormat;
import io.cairn.storage.engine.Engine;
import io.cairn.storage.engine.EngineCursor;
import io.cairn.storage.engine.EngineView;
import io.cairn.storage.engine.Family;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Where the small records of whoever sits on top of a store lie. */
final class NamedRecords {
  private static final int NAME_AT = OnDiskFormat.SMALL_PREFIX_BYTES + 1;

  private NamedRecords() {}

  static byte[] key(long store, String name) {
    return OnDiskFormat.smallKey(store, OnDiskFormat.STORE_RECORD, name.getBytes(StandardCharsets.UTF_8));
  }

  /** Names that begin with {@code prefix}, in the order of their bytes, as of the last commit. */
  static List<String> names(Engine engine, long store, String prefix) {
    byte[] first = key(store, prefix);
    var names = new ArrayList<String>();
    try (EngineView view = engine.view(); EngineCursor cursor = view.cursor(Family.SMALL, first, OnDiskFormat.smallEnd(store))) {
      for (; cursor.valid(); cursor.next()) {
        byte[] key = cursor.key();
        if (key.length < first.length || !Arrays.equals(key, 0, first.length, first, 0, first.length)) {
          break;
        }
        names.add(new String(key, NAME_AT, key.length - NAME_AT, StandardCharsets.UTF_8));
      }
    }
    return names;
  }
}
