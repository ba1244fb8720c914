package io.cairn.server.command;

import io.cairn.storage.guard.Guard;
import io.cairn.storage.mvcc.Comparison;
import io.cairn.storage.mvcc.Op;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.CRC32C;

/**
 * What a sequence stands for: two commands with the same sequence and different hashes are a client's mistake. Two checksums
 * side by side: not against malice (a client can only deceive itself), but 64 bits against accident. Hashes lie in clients' records:
 * what is mixed in, and in which order, stays as it is.
 */
final class OpHash {
  private static final int RANGE = 5;
  private static final int ADD = 6;
  private static final int TXN = 7;
  private static final int COMPARISON = 8;
  private static final int PREVIOUS_OF_RANGE = 9;
  private static final int GUARD = 10;
  private static final int LEASE_GRANT = 20;
  private static final int LEASE_REVOKE = 21;
  private static final int LEASE_DELETE = 22;

  private final CRC32 crc = new CRC32();
  private final CRC32C crc32c = new CRC32C();

  private OpHash() {}

  static long of(Op op) {
    var hash = new OpHash();
    hash.mix(op);
    return hash.crc.getValue() << 32 | hash.crc32c.getValue();
  }

  /** Of one that is guarded: what it asks for is a part of what it is. */
  static long of(Op op, List<Guard> guards) {
    var hash = new OpHash();
    hash.mix(op);
    for (Guard guard : guards) {
      hash.tag(GUARD);
      hash.number(guard.subject() == null ? guard.lease() : guard.subject().token());
      hash.mix(guard.subject() == null ? 0 : 1, guard.subject() == null ? TxnCodec.orNone(null) : guard.subject().key());
    }
    return hash.crc.getValue() << 32 | hash.crc32c.getValue();
  }

  private void mix(Op op) {
    switch (op) {
      case Op.Put put -> {
        mix(1, put.key());
        mix(put.previous() ? 1 : 0, put.value());
        number(put.lease());
        if (put.ttlMillis() != 0) { // Without one the hash is that of older versions.
          number(put.ttlMillis());
        }
      }
      case Op.Delete delete -> mix(delete.previous() ? 3 : 2, delete.key());
      case Op.DeleteRange range -> {
        mix(range.previous() ? PREVIOUS_OF_RANGE : 4, range.start());
        end(range.end());
      }
      case Op.Add add -> {
        mix(ADD, add.key());
        number(add.delta());
      }
      case Op.Range range -> {
        mix(RANGE, range.start());
        end(range.end());
        number(range.limit());
        number((range.keysOnly() ? 1 : 0) | (range.countOnly() ? 2 : 0) | (range.reverse() ? 4 : 0));
      }
      case Op.Txn txn -> txn(txn);
      case Op.LeaseGrant grant -> {
        tag(LEASE_GRANT);
        number(grant.id());
        number(grant.ttlMillis());
      }
      case Op.LeaseRevoke revoke -> {
        tag(LEASE_REVOKE);
        number(revoke.id());
      }
      case Op.LeaseDelete _ -> tag(LEASE_DELETE); // Of no client: nobody asks for it again.
    }
  }

  private void txn(Op.Txn txn) {
    tag(TXN);
    number(txn.comparisons().size());
    txn.comparisons().forEach(this::mix);
    mix(txn.then());
    mix(txn.otherwise());
  }

  private void mix(List<Op> ops) {
    number(ops.size());
    ops.forEach(this::mix);
  }

  private void mix(Comparison comparison) {
    mix(COMPARISON, comparison.start());
    end(comparison.end());
    number(comparison.target().ordinal());
    number(comparison.relation().ordinal());
    number(comparison.number());
    mix(comparison.value() == null ? 1 : 0, TxnCodec.orNone(comparison.value()));
  }

  private void end(byte[] end) {
    mix(end == null ? 1 : 0, TxnCodec.orNone(end));
  }

  private void tag(int tag) {
    crc.update(tag);
    crc32c.update(tag);
  }

  private void mix(int tag, byte[] bytes) {
    tag(tag);
    number(bytes.length);
    crc.update(bytes, 0, bytes.length);
    crc32c.update(bytes, 0, bytes.length);
  }

  private void number(long value) {
    for (int shift = 0; shift < 64; shift += 8) {
      tag((int) (value >>> shift) & 0xff);
    }
  }
}
