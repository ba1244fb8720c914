package io.cairn.server.lock;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.cairn.protocol.wire.Command;
import io.cairn.protocol.wire.Compare;
import io.cairn.protocol.wire.Delete;
import io.cairn.protocol.wire.Txn;
import io.cairn.protocol.wire.TxnOp;
import io.cairn.server.config.HashTag;
import io.cairn.server.shard.Keyspace;

/** Keys of places, and the commands about them that a shard's leader makes itself. */
public final class LockKeys {

  private LockKeys() {}

  /** What the keys of a queue begin with: the key up to and including its last '/'. Null for a key that is no place: no tag is before that. */
  public static ByteString queue(ByteString key) {
    int slash = -1;
    for (int i = key.size() - 1; i >= 0 && slash < 0; i--) {
      slash = key.byteAt(i) == '/' ? i : -1;
    }
    ByteString queue = key.substring(0, slash + 1);
    return HashTag.length(queue.toByteArray()) > 0 && slash + 1 < key.size() ? queue : null;
  }

  /** The queue of a stored key, as it is stored; null for a key that is no place. */
  static ByteString queueOfStored(byte[] stored) {
    ByteString queue = queue(Keyspace.user(stored));
    return queue == null ? null : ByteString.copyFrom(stored, 0, 1).concat(queue);
  }

  /** Deletes the place, if it is still the one with this token; 0 for whatever it is. Of no client, so never remembered. */
  static ByteString leave(ByteString storedKey, long token) {
    ByteString key = storedKey.substring(1);
    Txn.Builder txn = Txn.newBuilder().addThen(TxnOp.newBuilder().setDelete(Delete.newBuilder().setKey(key)));
    if (token != 0) {
      txn.addCompares(Compare.newBuilder().setKey(key).setRelation(Compare.Relation.EQUAL).setCreateRevision(token));
    }
    return Command.newBuilder().setSequence(1).setLowestOpen(1).setKeyspace(storedKey.byteAt(0)).setTxn(txn).build().toByteString();
  }

  static ByteString stored(int keyspace, ByteString key) {
    return UnsafeByteOperations.unsafeWrap(Keyspace.stored(keyspace, key));
  }
}
