package io.cairn.storage;

import io.cairn.raft.Invariant;
import java.util.Arrays;

/**
 * Where everything lies in an engine. <b>Changing this corrupts existing data.</b> A new layout is a new {@link #ENGINE}
 * number and code that reads both.
 *
 * <pre>
 *  family   key                                        value
 *  newest   store(4) key                               version            StoredVersion
 *  deleted  store(4) key                               revision ordinal   of its delete, varints
 *  events   store(4) revision(8) ordinal(4)            event              StoredEvent
 *  small    00                                         the engine's format number
 *           01                                         the next store number
 *           02 shard(4)                                the replica of that shard     ReplicaRecord
 *           03                                         what a node that was added was told when it joined
 *           04 shard(4)                                the replica of that shard may lack what it acknowledged: its id, a varint
 *           05 shard(4)                                the replica of that shard is fenced: its id, a varint
 *           10 store(4) 00                             applied index, term, revision StoreState
 *           10 store(4) 01 client id(16)               what a client has sent        ClientRecord
 *           10 store(4) 02 name                        a named record of whoever sits on top
 *           10 store(4) 03 lease id(8)                 a lease granted here            Lease
 *           10 store(4) 04 lease id(8)                 what the shard knows of a lease KnownLease
 *           10 store(4) 05 lease id(8) key             the key's newest version names the lease
 *           10 store(4) 06 revision(8)                 how many events are at or below it: a mark        EventCount
 *           10 store(4) 07                             how many events there were, and at the last mark  EventCount
 *           10 store(4) 08 key                         which shards hold guards on the key            HomeGuard
 *           10 store(4) 09 token(8) key                whether writes may be guarded by another shard's key   KnownGuards
 *           10 store(4) 0a                             the rolling hash of the keys, and of which applied index   ShardHash
 * </pre>
 *
 * Numbers in keys are big-endian, so that the order of bytes is their order. A store number has 32 bits: it is local to a
 * node and given once per replica created there, so 4 bytes suffice for any life of a node and 4 more are not paid in every
 * key. Numbers in values are varints (7 bits a byte, least significant first).
 */
public final class OnDiskFormat {

  /** The layout above. Stands in every engine; an engine with a higher number is refused untouched. */
  public static final int ENGINE = 1;

  /** First byte of a version, of an event, of a store's state, of a client's record, of a replica's record. */
  public static final byte VERSION = 1;
  public static final byte EVENT = 1;
  public static final byte STATE = 1;
  public static final byte CLIENT = 1;
  public static final byte REPLICA = 1;
  /** Of the rolling hash of a store's keys. */
  public static final byte HASH = 1;
  /** Of a transaction's answer inside a client's record. */
  public static final byte ANSWER = 1;

  /** First bytes of keys in the small family. */
  public static final byte SMALL_FORMAT = 0x00;
  public static final byte SMALL_NEXT_STORE = 0x01;
  public static final byte SMALL_REPLICA = 0x02;
  public static final byte SMALL_JOINED = 0x03;
  public static final byte SMALL_SUSPECT = 0x04;
  public static final byte SMALL_LOG_END = 0x05;
  public static final byte SMALL_FENCED = 0x06;
  public static final byte SMALL_STORE = 0x10;

  /** What follows the store number in keys of {@link #SMALL_STORE}. */
  public static final byte STORE_STATE = 0x00;
  public static final byte STORE_CLIENT = 0x01;
  public static final byte STORE_RECORD = 0x02;
  public static final byte STORE_LEASE = 0x03;
  public static final byte STORE_KNOWN_LEASE = 0x04;
  public static final byte STORE_LEASE_KEY = 0x05;
  public static final byte STORE_MARK = 0x06;
  public static final byte STORE_EVENTS = 0x07;
  public static final byte STORE_GUARD_HOME = 0x08;
  public static final byte STORE_GUARD_KNOWN = 0x09;
  public static final byte STORE_HASH = 0x0a;

  /** The last store number that may be given: its successor must still fit as the end of a range. */
  public static final long STORE_MAX = 0xffff_fffeL;

  /** Bytes before the caller's part, in keys of the three families with history and in a store's keys of the small one. */
  public static final int STORE_PREFIX_BYTES = 4;
  public static final int SMALL_PREFIX_BYTES = 5;

  /** Bytes of a key in the events family. */
  public static final int EVENT_KEY_BYTES = 16;

  private OnDiskFormat() {}

  /** What all keys of the store begin with in the three families with history. */
  public static byte[] storePrefix(long store) {
    checkStore(store);
    byte[] key = new byte[4];
    int32(key, 0, (int) store);
    return key;
  }

  /** The first key behind those of the store. */
  public static byte[] storeEnd(long store) {
    checkStore(store);
    byte[] key = new byte[4];
    int32(key, 0, (int) (store + 1));
    return key;
  }

  /** A key of the newest or the deleted family. */
  public static byte[] storeKey(long store, byte[] key) {
    byte[] out = new byte[4 + key.length];
    int32(out, 0, (int) store);
    System.arraycopy(key, 0, out, 4, key.length);
    return out;
  }

  /** The caller's key in a key of the newest or the deleted family. */
  public static byte[] userKey(byte[] storeKey) {
    return Arrays.copyOfRange(storeKey, 4, storeKey.length);
  }

  public static byte[] eventKey(long store, long revision, int ordinal) {
    byte[] key = new byte[EVENT_KEY_BYTES];
    eventKey(key, store, revision, ordinal);
    return key;
  }

  /** Fills {@code key}, which has {@link #EVENT_KEY_BYTES}. */
  public static void eventKey(byte[] key, long store, long revision, int ordinal) {
    int32(key, 0, (int) store);
    int64(key, 4, revision);
    int32(key, 12, ordinal);
  }

  public static long eventRevision(byte[] eventKey) {
    return readInt64(eventKey, 4);
  }

  public static int eventOrdinal(byte[] eventKey) {
    return readInt32(eventKey, 12);
  }

  /** What all keys of the store begin with in the small family. */
  public static byte[] smallPrefix(long store) {
    checkStore(store);
    byte[] key = new byte[5];
    key[0] = SMALL_STORE;
    int32(key, 1, (int) store);
    return key;
  }

  /** The first key behind those of the store in the small family. */
  public static byte[] smallEnd(long store) {
    checkStore(store);
    byte[] key = new byte[5];
    key[0] = SMALL_STORE;
    int32(key, 1, (int) (store + 1));
    return key;
  }

  public static byte[] stateKey(long store) {
    return smallKey(store, STORE_STATE, new byte[0]);
  }

  public static byte[] hashKey(long store) {
    return smallKey(store, STORE_HASH, new byte[0]);
  }

  public static byte[] clientKey(long store, long clientHigh, long clientLow) {
    byte[] id = new byte[16];
    int64(id, 0, clientHigh);
    int64(id, 8, clientLow);
    return smallKey(store, STORE_CLIENT, id);
  }

  /** A mark of how many events are at or below the revision. */
  public static byte[] markKey(long store, long revision) {
    byte[] rest = new byte[8];
    int64(rest, 0, revision);
    return smallKey(store, STORE_MARK, rest);
  }

  public static long markRevision(byte[] markKey) {
    return readInt64(markKey, 6);
  }

  /** A key of the small family under the store; also, with nothing behind {@code kind}, the first of that kind. */
  public static byte[] smallKey(long store, byte kind, byte[] rest) {
    checkStore(store);
    byte[] key = new byte[6 + rest.length];
    key[0] = SMALL_STORE;
    int32(key, 1, (int) store);
    key[5] = kind;
    System.arraycopy(rest, 0, key, 6, rest.length);
    return key;
  }

  /** A key of one of the three kinds of leases; of {@link #STORE_LEASE_KEY} also the first of that lease. */
  public static byte[] leaseKey(long store, byte kind, long lease) {
    byte[] rest = new byte[8];
    int64(rest, 0, lease);
    return smallKey(store, kind, rest);
  }

  public static byte[] leaseKey(long store, byte kind, long lease, byte[] key) {
    byte[] rest = new byte[8 + key.length];
    int64(rest, 0, lease);
    System.arraycopy(key, 0, rest, 8, key.length);
    return smallKey(store, kind, rest);
  }

  /** The first key behind those under the lease. */
  public static byte[] leaseKeysEnd(long store, long lease) {
    return leaseKey(store, STORE_LEASE_KEY, lease + 1);
  }

  public static byte[] replicaKey(int shard) {
    return shardKey(SMALL_REPLICA, shard);
  }

  public static byte[] suspectKey(int shard) {
    return shardKey(SMALL_SUSPECT, shard);
  }

  public static byte[] fencedKey(int shard) {
    return shardKey(SMALL_FENCED, shard);
  }

  private static byte[] shardKey(byte kind, int shard) {
    byte[] key = new byte[5];
    key[0] = kind;
    int32(key, 1, shard);
    return key;
  }

  /** The store number in a key of the three families with history ({@code at} 0) or in a small key ({@code at} 1). */
  public static long storeOf(byte[] key, int at) {
    return Integer.toUnsignedLong(readInt32(key, at));
  }

  public static void checkStore(long store) {
    Invariant.check(store >= 0 && store <= STORE_MAX, "store number %d is within 0 to %d", store, STORE_MAX);
  }

  private static void int32(byte[] out, int at, int value) {
    out[at] = (byte) (value >>> 24);
    out[at + 1] = (byte) (value >>> 16);
    out[at + 2] = (byte) (value >>> 8);
    out[at + 3] = (byte) value;
  }

  private static void int64(byte[] out, int at, long value) {
    int32(out, at, (int) (value >>> 32));
    int32(out, at + 4, (int) value);
  }

  public static int readInt32(byte[] in, int at) {
    return (in[at] & 0xff) << 24 | (in[at + 1] & 0xff) << 16 | (in[at + 2] & 0xff) << 8 | in[at + 3] & 0xff;
  }

  public static long readInt64(byte[] in, int at) {
    return (long) readInt32(in, at) << 32 | Integer.toUnsignedLong(readInt32(in, at + 4));
  }
}
