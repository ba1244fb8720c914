package io.cairn.storage.directory;

import io.cairn.storage.StorageFailure;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.zip.CRC32C;

/**
 * The names in a data directory and the text of its IDENTITY. Changing this corrupts existing data: whoever must change
 * something here raises {@link #FORMAT_VERSION} and reads the old layout too.
 *
 * <p>Format 1 has no {@code node-id} and no {@code removed}.
 *
 * <p>IDENTITY is UTF-8, lines of {@code key=value}, a comment first, the format next, the CRC32C of all bytes before its own line last.
 */
final class OnDiskFormat {
  static final int FORMAT_VERSION = 2;

  static final String IDENTITY = "IDENTITY";
  static final String IDENTITY_NEW = "IDENTITY.tmp";
  static final String LOCK = "LOCK";
  static final String BALLAST = "BALLAST";
  static final String LOG = "log";
  static final String ENGINE = "engine";
  /** RocksDB's own: which of its manifests counts. Written last when a database is made, and never missing after that. */
  static final String ENGINE_CURRENT = "CURRENT";
  static final String ENGINE_TABLE = ".sst";

  private static final String COMMENT = "# Whose this data directory is. Written by kvd; not to be edited or copied to another node.\n";

  private OnDiskFormat() {}

  static byte[] encode(Identity identity) {
    StringBuilder text = new StringBuilder(COMMENT)
        .append("format=").append(identity.format()).append('\n')
        .append("cluster=").append(identity.clusterId()).append('\n')
        .append("node=").append(identity.nodeName()).append('\n')
        .append("incarnation=").append(identity.incarnation()).append('\n')
        .append("bootstrap-digest=").append(String.format(Locale.ROOT, "%016x", identity.bootstrapDigest())).append('\n')
        .append("bootstrapped=").append(identity.bootstrapped()).append('\n')
        .append("node-id=").append(identity.nodeId()).append('\n')
        .append("removed=").append(identity.removed()).append('\n');
    identity.peers().forEach((name, incarnation) -> text.append("peer.").append(name).append('=').append(incarnation).append('\n'));
    byte[] body = text.toString().getBytes(StandardCharsets.UTF_8);
    return (text + "crc32c=" + String.format(Locale.ROOT, "%08x", crc(body, body.length)) + "\n").getBytes(StandardCharsets.UTF_8);
  }

  /**
   * @param path named in failures
   * @throws StorageFailure {@code NEWER_FORMAT}, or {@code CORRUPT} for anything that {@link #encode} does not write
   */
  static Identity decode(byte[] bytes, String path) {
    String text = new String(bytes, StandardCharsets.UTF_8);
    Map<String, String> values = new LinkedHashMap<>();
    for (String line : text.split("\n")) {
      int equals = line.indexOf('=');
      if (!line.startsWith("#") && equals > 0) {
        values.put(line.substring(0, equals), line.substring(equals + 1));
      }
    }
    try {
      int format = Integer.parseInt(take(values, "format"));
      if (format > FORMAT_VERSION) {
        throw new StorageFailure(StorageFailure.Kind.NEWER_FORMAT, path + " has format " + format
            + ", this version reads up to " + FORMAT_VERSION + "; nothing was touched");
      }
      int body = text.lastIndexOf("crc32c=");
      // Bytes that are no text are read as others, three for one, and may reach beyond the end.
      int bodyBytes = body < 0 ? 0 : text.substring(0, body).getBytes(StandardCharsets.UTF_8).length;
      if (body < 0 || bodyBytes > bytes.length || crc(bytes, bodyBytes) != Integer.parseUnsignedInt(take(values, "crc32c"), 16)) {
        throw new StorageFailure(StorageFailure.Kind.CORRUPT, path + ": its checksum does not fit its text. " + StorageFailure.REPLACE);
      }
      return decode(values, format);
    } catch (IllegalArgumentException unreadable) {
      throw new StorageFailure(StorageFailure.Kind.CORRUPT, path + " cannot be read: " + unreadable.getMessage() + ". " + StorageFailure.REPLACE,
          unreadable);
    }
  }

  private static Identity decode(Map<String, String> values, int format) {
    String cluster = take(values, "cluster");
    String node = take(values, "node");
    Incarnation incarnation = Incarnation.parse(take(values, "incarnation"));
    long digest = Long.parseUnsignedLong(take(values, "bootstrap-digest"), 16);
    boolean bootstrapped = Boolean.parseBoolean(take(values, "bootstrapped"));
    long nodeId = format < 2 ? 0 : Long.parseLong(take(values, "node-id"));
    boolean removed = format >= 2 && Boolean.parseBoolean(take(values, "removed"));
    SortedMap<String, Incarnation> peers = new TreeMap<>();
    values.forEach((key, value) -> {
      if (!key.startsWith("peer.")) {
        throw new IllegalArgumentException("the key '" + key + "' is unknown");
      }
      peers.put(key.substring("peer.".length()), Incarnation.parse(value));
    });
    return new Identity(FORMAT_VERSION, cluster, node, incarnation, digest, bootstrapped, peers, nodeId, removed);
  }

  private static String take(Map<String, String> values, String key) {
    String value = values.remove(key);
    if (value == null) {
      throw new IllegalArgumentException("the line '" + key + "=' is missing");
    }
    return value;
  }

  private static int crc(byte[] bytes, int length) {
    var crc = new CRC32C();
    crc.update(bytes, 0, length);
    return (int) crc.getValue();
  }
}
