package io.cairn.server.shard;

import com.google.protobuf.ByteString;

/**
 * How a user's key becomes a stored one: one byte of keyspace id in front. 0 is the system's, 1 the default one. Changing this
 * corrupts existing data.
 */
public final class Keyspace {
  public static final int SYSTEM = 0;
  public static final int DEFAULT = 1;

  private Keyspace() {}

  /** The stored key of a user's key. */
  public static byte[] stored(int keyspace, ByteString key) {
    byte[] stored = new byte[1 + key.size()];
    stored[0] = (byte) keyspace;
    key.copyTo(stored, 1);
    return stored;
  }

  public static byte[] stored(int keyspace, byte[] key) {
    byte[] stored = new byte[1 + key.length];
    stored[0] = (byte) keyspace;
    System.arraycopy(key, 0, stored, 1, key.length);
    return stored;
  }

  /** The first stored key of a keyspace; of {@code keyspace + 1} it is the end of {@code keyspace}. */
  public static byte[] start(int keyspace) {
    return new byte[] {(byte) keyspace};
  }

  /** The user's key of a stored one. */
  public static ByteString user(byte[] stored) {
    return ByteString.copyFrom(stored, 1, stored.length - 1);
  }
}
