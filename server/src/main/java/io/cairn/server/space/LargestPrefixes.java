package io.cairn.server.space;

import io.cairn.platform.Clock;
import io.cairn.server.config.HashTag;
import io.cairn.server.replica.Replica;
import io.cairn.server.replica.Replicas;
import io.cairn.server.shard.ShardDescriptor;
import io.cairn.storage.OnDiskFormat;
import io.cairn.storage.engine.Engine;
import io.cairn.storage.engine.Engine.Range;
import io.cairn.storage.engine.EngineCursor;
import io.cairn.storage.engine.EngineView;
import io.cairn.storage.engine.Family;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * What takes most of the room, for whoever must make some: sizes by the first part of the key, and of what history takes. They are
 * estimates of the engine, and no key is read but the first of each part; bounded in keys and in time. Called on a loop that may block.
 */
final class LargestPrefixes {
  static final int LOOKED_AT_MAX = 1_000;
  private static final long LOOK_NANOS_MAX = TimeUnit.MILLISECONDS.toNanos(100);
  private static final int SHOWN = 3;
  private static final int SHOWN_BYTES_MAX = 48;
  /** Of a key that has neither tag nor '/'. */
  private static final int PLAIN_BYTES = 4;

  private final Clock clock;
  private final Engine engine;
  private final Replicas replicas;

  LargestPrefixes(Clock clock, Engine engine, Replicas replicas) {
    this.clock = clock;
    this.engine = engine;
    this.replicas = replicas;
  }

  /** Such as {@code history 1.2 GiB, /orders/ 300.0 MiB}; empty when there is nothing to be told. */
  String describe() {
    var sizes = new TreeMap<String, Long>();
    long history = 0;
    long until = clock.nanoTime() + LOOK_NANOS_MAX;
    int left = LOOKED_AT_MAX;
    try (EngineView view = engine.view()) {
      for (Replica replica : replicas.all()) {
        if (!replica.descriptor().isSystem()) {
          long store = replica.store().store();
          left = add(view, replica.descriptor(), store, left, until, sizes);
          history += engine.approximateBytes(Family.EVENTS, new Range(OnDiskFormat.storePrefix(store), OnDiskFormat.storeEnd(store)));
        }
      }
    }
    var text = new ArrayList<String>();
    if (history > 0) {
      text.add("history " + SpaceText.of(history));
    }
    sizes.entrySet().stream().filter(each -> each.getValue() > 0).sorted(Map.Entry.<String, Long>comparingByValue().reversed()).limit(SHOWN)
        .forEach(each -> text.add(each.getKey() + " " + SpaceText.of(each.getValue())));
    return String.join(", ", text) + (left > 0 || text.isEmpty() ? "" : " (of the first " + LOOKED_AT_MAX + " prefixes)");
  }

  /** How many may still be looked at afterwards. */
  private int add(EngineView view, ShardDescriptor shard, long store, int most, long until, Map<String, Long> sizes) {
    int left = most;
    byte[] end = OnDiskFormat.storeKey(store, shard.end());
    try (EngineCursor cursor = view.cursor(Family.NEWEST, OnDiskFormat.storeKey(store, shard.start()), end)) {
      while (cursor.valid() && left > 0 && clock.nanoTime() - until < 0) {
        byte[] stored = OnDiskFormat.userKey(cursor.key());
        byte[] user = Arrays.copyOfRange(stored, 1, stored.length);
        int length = prefixLength(user);
        byte[] from = Arrays.copyOf(stored, 1 + length);
        byte[] to = OnDiskFormat.storeKey(store, behind(from));
        sizes.merge(printable(Arrays.copyOf(user, length)), engine.approximateBytes(Family.NEWEST, new Range(OnDiskFormat.storeKey(store, from), to)),
            Long::sum);
        cursor.seek(to);
        left--;
      }
    }
    return left;
  }

  /** Up to the end of the tag, or of the first part of a path, or, where it has neither, of a few bytes. */
  static int prefixLength(byte[] key) {
    int tag = HashTag.length(key);
    for (int at = 1; tag == 0 && at < key.length; at++) {
      if (key[at] == '/') {
        return at + 1;
      }
    }
    return tag > 0 ? tag : Math.min(PLAIN_BYTES, key.length);
  }

  /** The first key behind all that begin with this. A stored key begins with its keyspace, which is not the last one. */
  static byte[] behind(byte[] prefix) {
    int at = prefix.length - 1;
    while (prefix[at] == (byte) 0xff) {
      at--;
    }
    byte[] next = Arrays.copyOf(prefix, at + 1);
    next[at]++;
    return next;
  }

  private static String printable(byte[] prefix) {
    String text = new String(prefix, StandardCharsets.UTF_8);
    boolean isText = Arrays.equals(text.getBytes(StandardCharsets.UTF_8), prefix) && text.codePoints().noneMatch(Character::isISOControl);
    String shown = isText ? text : "0x" + HexFormat.of().formatHex(prefix);
    return shown.length() <= SHOWN_BYTES_MAX ? shown : shown.substring(0, SHOWN_BYTES_MAX) + "...";
  }
}
