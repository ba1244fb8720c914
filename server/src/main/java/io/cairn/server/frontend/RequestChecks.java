package io.cairn.server.frontend;

import com.google.protobuf.ByteString;
import io.cairn.protocol.wire.ChildrenRequest;
import io.cairn.protocol.wire.Command;
import io.cairn.protocol.wire.ErrorCode;
import io.cairn.protocol.wire.Guard;
import io.cairn.protocol.wire.Put;
import io.cairn.protocol.wire.Request;
import io.cairn.server.command.GuardCodec;
import io.cairn.server.config.Limits;
import io.cairn.server.outcome.Refusal;
import io.cairn.server.shard.Keyspace;
import io.cairn.server.shard.ShardMap;
import io.cairn.storage.lease.LeaseIds;

/** What a request must be to be taken. Each method says what is wrong and what would be right, or returns null. */
final class RequestChecks {
  private final Limits limits;
  private final TxnChecks transactions;

  RequestChecks(Limits limits) {
    this.limits = limits;
    this.transactions = new TxnChecks(this, limits);
  }

  /** What to say where a replica was asked for that is not here: there is no such shard, or this node is only just opening what it has. */
  static Refusal noReplica(int shard, ShardMap map) {
    String which = Integer.toUnsignedString(shard);
    return map.shards().stream().anyMatch(each -> each.id() == shard)
        ? Refusal.retry(ErrorCode.NO_QUORUM, "this node has not opened its replica of shard " + which + " yet", 50)
        : Refusal.of(ErrorCode.BAD_REQUEST, "there is no replica of shard " + which + ", and no such shard");
  }

  /** A request's keyspace: 0 on the wire means none was named, which is the default one. */
  static int keyspace(int named) {
    return named == 0 ? Keyspace.DEFAULT : named;
  }

  Refusal keyspaceKnown(int keyspace) {
    return keyspace == Keyspace.DEFAULT ? null
        : Refusal.of(ErrorCode.KEYSPACE, "keyspace " + keyspace + " is not served; 1 is the default and the only one");
  }

  Refusal key(ByteString key) {
    if (key.isEmpty()) {
      return Refusal.of(ErrorCode.KEY_EMPTY, "the key is empty; a key has 1 to " + limits.keyBytes() + " bytes");
    }
    if (key.size() > limits.keyBytes()) {
      return Refusal.of(ErrorCode.KEY_TOO_LARGE, "the key has " + key.size() + " bytes; a key has at most " + limits.keyBytes());
    }
    return null;
  }

  private Refusal bound(ByteString key) {
    return key.size() <= limits.keyBytes() ? null
        : Refusal.of(ErrorCode.KEY_TOO_LARGE, "a bound of the range has " + key.size() + " bytes; a key has at most " + limits.keyBytes());
  }

  /** Where a read goes on: behind this key, or, when it is empty, at its start. */
  Refusal behind(ByteString key) {
    return bound(key);
  }

  /** An empty start is the first key; the end is exclusive. */
  Refusal range(ByteString start, ByteString end, boolean endOpen) {
    Refusal tooLong = bound(start) == null ? bound(end) : bound(start);
    if (tooLong != null) {
      return tooLong;
    }
    if (endOpen && !end.isEmpty()) {
      return Refusal.of(ErrorCode.BAD_REQUEST, "the range has an end and says that it has none; send one of the two");
    }
    if (!endOpen && ByteString.unsignedLexicographicalComparator().compare(start, end) > 0) {
      return Refusal.of(ErrorCode.RANGE_INVERTED, "the range ends before it starts: the end must not be below the start");
    }
    return null;
  }

  /** Of keys, children or bytes: 0 is none. On the wire it is unsigned. */
  Refusal limit(long limit, String name) {
    return limit >= 0 ? null : Refusal.of(ErrorCode.BAD_REQUEST,
        "the " + name + " is " + Long.toUnsignedString(limit) + "; it is at most " + Long.MAX_VALUE + ", and 0 for none");
  }

  /** A past revision to read at: 0 is the newest, 1 is before the first write. */
  Refusal revision(long revision, long seen) {
    return revision >= 0 && seen >= 0 ? null
        : Refusal.of(ErrorCode.BAD_REQUEST, "revision " + revision + " with seen " + seen + ": a revision is not negative");
  }

  Refusal consistency(Request request) {
    return switch (request.getConsistency()) {
      case LINEARIZABLE, SERIALIZABLE -> request.getAtLeast() == 0 ? null
          : Refusal.of(ErrorCode.BAD_REQUEST, "at_least is " + request.getAtLeast() + " for a read that is not of consistency AT_LEAST");
      case AT_LEAST -> request.getAtLeast() > 0 ? null
          : Refusal.of(ErrorCode.BAD_REQUEST, "at_least is " + request.getAtLeast() + "; it is a revision that an answer has shown");
      case UNRECOGNIZED -> Refusal.of(ErrorCode.BAD_REQUEST, "the read is of a consistency that this version does not know");
    };
  }

  Refusal children(ChildrenRequest children) {
    Refusal tooLong = bound(children.getPrefix());
    if (tooLong != null) {
      return tooLong;
    }
    int delimiter = children.getDelimiter().size();
    return delimiter > 0 && delimiter <= limits.keyBytes() ? null
        : Refusal.of(ErrorCode.BAD_REQUEST, "the delimiter has " + delimiter + " bytes; it has 1 to " + limits.keyBytes());
  }

  Refusal command(Command command) {
    if (command.getClientHigh() == 0 && command.getClientLow() == 0) {
      return Refusal.of(ErrorCode.BAD_REQUEST, "the client id is zero; it is 128 random bits");
    }
    if (command.getSequence() <= 0 || command.getLowestOpen() <= 0 || command.getLowestOpen() > command.getSequence()) {
      return Refusal.of(ErrorCode.BAD_REQUEST, "sequence " + command.getSequence() + " with lowest open " + command.getLowestOpen()
          + ": sequences begin at 1, and the lowest open one is not above the one that is sent");
    }
    if (command.getSeen() < 0) {
      return Refusal.of(ErrorCode.BAD_REQUEST, "seen is " + command.getSeen() + "; a revision is not negative");
    }
    Refusal refusal = keyspaceKnown(command.getKeyspace());
    refusal = refusal != null ? refusal : guards(command);
    return refusal != null ? refusal : operation(command);
  }

  private Refusal guards(Command command) {
    if (command.getGuardsCount() > GuardCodec.MAX) {
      return Refusal.of(ErrorCode.BAD_REQUEST, "the command has " + command.getGuardsCount() + " guards; it has at most " + GuardCodec.MAX);
    }
    for (Guard guard : command.getGuardsList()) {
      Refusal refusal = guard.hasPlace() ? key(guard.getPlace().getKey()) : null;
      if (refusal != null) {
        return refusal;
      }
      if (guard.hasPlace() ? guard.getPlace().getToken() <= 0 : !LeaseIds.isId(guard.getLease())) {
        return Refusal.of(ErrorCode.BAD_REQUEST, "a guard names lease " + Long.toUnsignedString(guard.getLease()) + " or token "
            + Long.toUnsignedString(guard.getPlace().getToken()) + "; it is what an answer has shown, and more than 0");
      }
    }
    return null;
  }

  private Refusal operation(Command command) {
    return switch (command.getOpCase()) {
      case PUT -> put(command.getPut());
      case LEASE_GRANT, LEASE_REVOKE, LEASE_DELETE -> LeaseService.refusal(command);
      case DELETE -> key(command.getDelete().getKey());
      case DELETE_RANGE -> range(command.getDeleteRange().getStart(), command.getDeleteRange().getEnd(),
          command.getDeleteRange().getEndOpen());
      case TXN -> transactions.txn(command.getTxn());
      case ADD -> key(command.getAdd().getKey());
      case OP_NOT_SET -> Refusal.of(ErrorCode.BAD_REQUEST, "the command has no operation");
    };
  }

  /** Alone or in a transaction. */
  Refusal put(Put put) {
    Refusal key = key(put.getKey());
    if (key != null) {
      return key;
    }
    if (put.getValue().size() > limits.valueBytes()) {
      return Refusal.of(ErrorCode.VALUE_TOO_LARGE, "the value has " + put.getValue().size() + " bytes; at most "
          + limits.valueBytes() + " are taken (limits.value-bytes)");
    }
    return LeaseService.refusal(put);
  }
}
