package io.cairn.simulator.docs;

import java.util.Arrays;
import java.util.zip.CRC32C;

/**
 * Reads what lies on disk by docs/on-disk.md alone, with no class of the code that writes it: what it can read to the last byte, the page
 * describes.
 */
final class DiskReader {
  private static final int SECTOR = 512;
  private static final int DATA = 500;

  private DiskReader() {}

  static int crc(byte[] bytes, int from, int to) {
    var crc = new CRC32C();
    crc.update(bytes, from, to - from);
    return (int) crc.getValue();
  }

  static int int32(byte[] bytes, int at) {
    return (bytes[at] & 0xff) << 24 | (bytes[at + 1] & 0xff) << 16 | (bytes[at + 2] & 0xff) << 8 | bytes[at + 3] & 0xff;
  }

  // ---- the log

  /** The tag of a sector, and that its check is right there and nowhere else. */
  static String tag(byte[] file, int sector) {
    int start = sector * SECTOR;
    if ((crc(file, start, start + SECTOR - 4) ^ (sector + 1) * 0x9e3779b1) != int32(file, start + SECTOR - 4)) {
      throw new IllegalStateException("the check of sector " + sector + " is not as the page says");
    }
    var in = new Fields(Arrays.copyOfRange(file, start + DATA, start + SECTOR));
    in.number(4, "lap: the segment's number");
    in.number(4, "ordinal: which batch of the segment, 0 in a header");
    in.bits(4, "check");
    return in.end();
  }

  /** The data of a row of sectors, without their tags. */
  static byte[] data(byte[] file, int sector, int sectors) {
    byte[] data = new byte[sectors * DATA];
    for (int i = 0; i < sectors; i++) {
      System.arraycopy(file, (sector + i) * SECTOR, data, i * DATA, DATA);
    }
    return data;
  }

  /** Returns where the first batch begins. */
  static int header(byte[] file, StringBuilder page) {
    var in = new Fields(data(file, 0, int32(file, 12)));
    in.bytes(8, "magic");
    in.number(4, "format");
    in.number(4, "sectors of one copy of the header");
    int copy = (int) in.number(4, "second copy begins at this sector");
    int first = (int) in.number(4, "first batch begins at this sector");
    in.number(4, "id of the encryption key, 0 for none");
    in.number(8, "number of the segment");
    in.number(8, "next write number");
    in.number(8, "sequence of the first batch here");
    in.number(8, "number of the segment before, 0 for none");
    in.number(4, "that one ends at this sector");
    in.bytes((int) in.number(2, "length of the cluster id"), "cluster id");
    int rows = (int) in.number(4, "replicas");
    for (int i = 0; i < rows; i++) {
      replica(in);
      hardState(in);
      id(in, "base");
      id(in, "last");
    }
    in.zeros(in.left(), "up to the end of the sector");
    page.append(in.end());
    if (!Arrays.equals(data(file, 0, int32(file, 12)), data(file, copy, int32(file, 12)))) {
      throw new IllegalStateException("the second copy of the header differs");
    }
    return first;
  }

  private static void replica(Fields in) {
    in.number(4, "shard");
    in.number(8, "replica");
  }

  private static void hardState(Fields in) {
    in.number(8, "term");
    in.number(8, "vote, 0 for none");
    in.number(8, "commit index");
  }

  private static void id(Fields in, String what) {
    in.number(8, what + ", term");
    in.number(8, what + ", index");
  }

  /** Shows the batch at a sector; returns the sector behind it. */
  static int batch(byte[] file, int sector, StringBuilder page) {
    int sectors = int32(file, sector * SECTOR + 4);
    int dataBytes = int32(file, sector * SECTOR + 16);
    var in = new Fields(Arrays.copyOf(data(file, sector, sectors), dataBytes));
    in.bytes(4, "magic");
    in.number(4, "sectors");
    in.number(8, "sequence");
    in.number(4, "bytes of data, these 24 included");
    int check = (int) in.bits(4, "check over the checks of the other sectors");
    int fold = 0;
    for (int i = 1; i < sectors; i++) {
      fold = Integer.rotateLeft(fold, 5) * 0x85ebca6b + int32(file, (sector + i) * SECTOR + SECTOR - 4);
    }
    if (fold != check) {
      throw new IllegalStateException("the batch's check is not as the page says");
    }
    while (in.left() > 0) {
      record(in);
    }
    page.append(in.end());
    return sector + sectors;
  }

  private static void record(Fields in) {
    in.title("record");
    int length = (int) in.number(4, "bytes that follow");
    int end = in.at() + length;
    in.number(8, "write number");
    int parts = (int) in.number(2, "parts");
    for (int i = 0; i < parts; i++) {
      part(in);
    }
    if (parts == 0) {
      in.zeros(end - in.at(), "filler");
    }
    if (in.at() != end) {
      throw new IllegalStateException("a record ends at " + in.at() + ", not at " + end);
    }
  }

  private static void part(Fields in) {
    int code = (int) in.number(1, "part: 1 hard state, 2 restart, 3 entries, 4 destroyed");
    replica(in);
    switch (code) {
      case 1 -> hardState(in);
      case 2 -> id(in, "base");
      case 3 -> entries(in);
      case 4 -> { }
      default -> throw new IllegalStateException("part " + code);
    }
  }

  private static void entries(Fields in) {
    in.number(8, "index of the first");
    in.number(8, "term of the entry before it");
    int count = (int) in.number(4, "entries");
    for (int i = 0; i < count; i++) {
      in.number(8, "entry: term");
      in.number(8, "index");
      in.number(1, "kind: 1 leader, 2 command, 3 membership");
      int length = (int) in.number(4, "length of the payload");
      int check = (int) in.bits(4, "CRC32C of the payload");
      if (length > 0 && crc(in.bytes(length, "payload"), 0, length) != check || length == 0 && check != 0) {
        throw new IllegalStateException("a payload fails its checksum");
      }
    }
  }

  // ---- payloads of entries

  static String payload(byte[] payload) {
    var in = new Fields(payload);
    in.number(1, "format");
    in.number(1, "feature level");
    int kind = (int) in.number(1, "kind: 1 commands, 2 system");
    in.number(1, "zero");
    if (kind == 1) {
      in.number(8, "first revision");
      int count = (int) in.number(4, "commands");
      in.number(4, "clients remembered after it, at most");
      for (int i = 0; i < count; i++) {
        in.bytes((int) in.number(4, "length of the command"), "command, as its client sent it");
      }
    } else {
      in.number(1, "system command: 1 extends the window");
      in.number(8, "by so many revisions");
    }
    return in.end();
  }

  static String membership(byte[] payload) {
    var in = new Fields(payload);
    long format = in.number(1, "format");
    for (String list : new String[] {"voters", "outgoing voters", "learners"}) {
      int count = (int) in.number(4, list);
      for (int i = 0; i < count; i++) {
        in.number(8, "replica");
      }
    }
    if (format >= 2) {
      in.number(8, "highest id ever used");
    }
    return in.end();
  }

  static String nodes(byte[] nodes) {
    var in = new Fields(nodes);
    int count = (int) in.number(2, "replicas");
    for (int i = 0; i < count; i++) {
      in.number(8, "replica");
      in.bytes((int) in.number(2, "length of the name"), "node");
    }
    return in.end();
  }

  // ---- the engine

  static String storeKey(byte[] key) {
    var in = new Fields(key);
    in.number(4, "store");
    in.number(1, "keyspace");
    in.bytes(in.left(), "the user's key");
    return in.end();
  }

  static String eventKey(byte[] key) {
    var in = new Fields(key);
    in.number(4, "store");
    in.number(8, "revision");
    in.number(4, "ordinal");
    return in.end();
  }

  static String version(byte[] value) {
    var in = new Fields(value);
    in.number(1, "format");
    in.number(1, "flags");
    in.varint("create revision");
    in.varint("mod revision, less create");
    in.varint("ordinal");
    in.varint("version");
    in.varint("lease, 0 for none");
    in.varint("principal, 0 for none");
    in.bytes(in.left(), "value");
    return in.end();
  }

  static String deleted(byte[] value) {
    var in = new Fields(value);
    in.varint("revision of the delete");
    in.varint("ordinal");
    return in.end();
  }

  static String event(byte[] value) {
    var in = new Fields(value);
    in.number(1, "format");
    long flags = in.number(1, "flags: 1 a put, 2 replaced a version, 4 a delete stands before");
    in.bits(8, "client id, high half");
    in.bits(8, "client id, low half");
    in.varint("sequence");
    in.sized("key");
    if ((flags & 1) != 0) {
      in.sized("new version");
    }
    if ((flags & 2) != 0) {
      in.sized("replaced version");
    } else if ((flags & 4) != 0) {
      in.varint("revision of the delete before");
      in.varint("its ordinal");
    }
    return in.end();
  }

  static String smallKey(byte[] key) {
    var in = new Fields(key);
    int what = (int) in.bits(1, "00 format, 01 next store, 02 replica, 03 told at joining, 10 of a store");
    if (what == 2) {
      in.number(4, "shard");
    } else if (what == 0x10) {
      in.number(4, "store");
      int kind = (int) in.bits(1, "00 state, 01 client, 02 named record, 03 lease, 04 known lease, 05 key under a lease, 06 mark, 07 events, 08 guards on a key, 09 guard, 0a hash");
      if (kind == 1) {
        in.bits(8, "client id, high half");
        in.bits(8, "client id, low half");
      } else if (kind == 2) {
        in.bytes(in.left(), "name");
      } else if (kind >= 3 && kind <= 5) {
        in.number(8, "id of the lease");
        if (kind == 5) {
          in.number(1, "keyspace");
          in.bytes(in.left(), "the user's key");
        }
      } else if (kind == 6) {
        in.number(8, "revision");
      } else if (kind == 8 || kind == 9) {
        if (kind == 9) {
          in.number(8, "token");
        }
        in.number(1, "keyspace");
        in.bytes(in.left(), "the user's key");
      }
    }
    return in.end();
  }

  static String smallValue(byte[] key, byte[] value) {
    var in = new Fields(value);
    switch (key[0]) {
      case 0 -> in.varint("format of the engine");
      case 1 -> in.varint("next store number");
      case 2 -> replicaRecord(in);
      default -> {
        switch (key[5]) {
          case 0 -> state(in);
          case 1 -> client(in);
          case 3 -> lease(in);
          case 4 -> {
            in.number(1, "format");
            in.varint("grant: place in the log at which it was granted");
            in.number(1, "1: fenced, no key is put under it here any more");
            in.varint("keys under it here");
            in.sized("one key, while it is not in the index");
          }
          case 5 -> { }
          case 6 -> in.varint("events at or below it");
          case 7 -> {
            in.varint("events so far");
            in.varint("of them up to the last mark");
          }
          case 8 -> homeGuard(in);
          case 9 -> {
            in.number(1, "format");
            in.number(1, "1: fenced, no write is guarded by it here any more");
          }
          case 10 -> {
            in.number(1, "format");
            in.varint("the applied index that it is of");
            in.bits(8, "the sum over the keys");
          }
          default -> in.number(8, "the last revision that may be handed out");
        }
      }
    }
    return in.end();
  }

  private static void replicaRecord(Fields in) {
    in.number(1, "format");
    in.varint("shard");
    in.varint("replica");
    in.varint("range epoch");
    in.varint("membership epoch");
    in.sized("first key");
    in.sized("first key behind it");
    int pieces = (int) in.varint("pieces");
    for (int i = 0; i < pieces; i++) {
      in.varint("store");
      in.sized("first key of the piece");
      in.sized("first key behind it");
    }
    in.sized("members");
    in.sized("nodes");
  }

  private static void state(Fields in) {
    in.number(1, "format");
    in.varint("applied index");
    in.varint("term of that entry");
    in.varint("last revision");
    in.varint("compacted: reads below are refused");
    in.varint("forgotten");
    in.varint("keys in the deleted family");
  }

  private static void lease(Fields in) {
    in.number(1, "format");
    in.varint("grant: index in the log times 2^20, place in the entry, + 1");
    in.varint("TTL in milliseconds");
    in.varint("renewal epoch");
    in.number(1, "1: its end has begun");
    int shards = (int) in.varint("shards where keys may be under it");
    for (int i = 0; i < shards; i++) {
      in.varint("shard; 2,147,483,647: this one, of a put with a TTL");
      in.number(1, "0 registered, 1 fenced, 2 gone");
    }
  }

  private static void homeGuard(Fields in) {
    in.number(1, "format");
    in.varint("token");
    in.number(1, "1: somebody has begun to delete the key");
    int shards = (int) in.varint("shards where writes are guarded by it");
    for (int i = 0; i < shards; i++) {
      in.varint("shard");
      in.number(1, "1: fenced there");
    }
  }

  private static void client(Fields in) {
    in.number(1, "format");
    in.varint("forgotten, when the record was made");
    in.varint("lowest open sequence");
    in.varint("last used at revision");
    in.varint("index of the last entry used in");
    in.varint("place in that entry");
    int count = (int) in.varint("sequences");
    for (int i = 0; i < count; i++) {
      in.varint("sequence, less the one before");
      in.bits(8, "hash of the operation");
      in.zigzag("revision of the answer, less the one before");
      long changed = in.varint("keys changed, times 4, + 1: the version before follows, 2: it is in the event");
      if ((changed & 3) == 1) {
        in.sized("version before");
      }
    }
  }

  // ---- a snapshot

  /** A stream that came in one chunk. */
  static String chunk(byte[] chunk) {
    var in = new Fields(chunk);
    in.number(4, "number of the chunk");
    in.number(1, "flags: 1 the last one");
    int end = (int) in.number(4, "bytes of the stream in it") + in.at();
    int from = in.at();
    while (in.at() < end) {
      frame(in, (int) in.number(4, "frame: bytes that follow"));
    }
    if ((int) in.bits(4, "CRC32C of the stream, in the last chunk only") != crc(chunk, from, end)
        || (int) in.bits(4, "CRC32C of the chunk up to here") != crc(chunk, 0, chunk.length - 4)) {
      throw new IllegalStateException("a chunk's checksums are not as the page says");
    }
    return in.end();
  }

  private static void frame(Fields in, int length) {
    int end = in.at() + length;
    switch ((int) in.number(1, "kind: 1 header, 2 entry, 3 end")) {
      case 1 -> snapshotHeader(in);
      case 2 -> {
        in.number(1, "family: 0 newest, 1 deleted, 2 events, 3 small");
        in.sized("key, without its store");
        in.bytes(end - in.at(), "value");
      }
      default -> in.varint("entries in all");
    }
    if (in.at() != end) {
      throw new IllegalStateException("a frame of a snapshot ends at " + in.at() + ", not at " + end);
    }
  }

  private static void snapshotHeader(Fields in) {
    in.varint("format");
    in.sized("cluster id");
    in.varint("id of the encryption key, 0 for none");
    in.varint("shard");
    in.varint("range epoch");
    in.varint("membership epoch");
    in.sized("first key");
    in.sized("first key behind it");
    in.sized("members");
    in.sized("nodes");
    in.sized("state");
  }
}
