package io.cairn.server.frontend;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.cairn.protocol.wire.Command;
import io.cairn.protocol.wire.DeleteRange;
import io.cairn.protocol.wire.ErrorCode;
import io.cairn.protocol.wire.Request;
import io.cairn.server.command.CommandCodec;
import io.cairn.server.command.EntryPayload;
import io.cairn.server.command.SpaceUse;
import io.cairn.server.config.Limits;
import io.cairn.server.metrics.RequestOp;
import io.cairn.server.outcome.Outcome;
import io.cairn.server.outcome.Refusal;
import io.cairn.server.replica.Replica;
import io.cairn.server.replica.Replicas;
import io.cairn.server.replica.WriteRequest;
import io.cairn.server.shard.Keyspace;
import io.cairn.server.shard.ShardDescriptor;
import io.cairn.server.shard.ShardMap;
import io.cairn.storage.lease.LeaseIds;
import io.cairn.storage.mvcc.WriteResult;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.function.Supplier;

/** Puts, deletes, delete ranges, adds and transactions: check, locate, hand to the shard's replica. */
final class WriteService {
  /** A node that starts meets the others within a moment. */
  private static final int NOT_SHOWN_RETRY_MILLIS = 50;

  private final RequestChecks checks;
  private final Supplier<ShardMap> map;
  private final Replicas replicas;
  private final FeatureLevels levels;
  private final Limits limits;
  private final LeaseService leases;

  /** @param limits say which room a write takes that asks for what it replaces, or reads */
  WriteService(RequestChecks checks, Supplier<ShardMap> map, Replicas replicas, FeatureLevels levels, Limits limits, LeaseService leases) {
    this.leases = leases;
    this.checks = checks;
    this.levels = levels;
    this.limits = limits;
    this.map = map;
    this.replicas = replicas;
  }

  /** What a command is for, beside being done. */
  interface Use {
    /** Why it cannot be for this; null when it can. */
    Refusal refusal(Command command);

    /** On the loop of the shard's replica. */
    void ended(Command command, Outcome<WriteResult.Done> outcome);
  }

  void serve(Call call, Request request) {
    serve(call, request, request.getCommand(), new Use() {
      @Override
      public Refusal refusal(Command command) {
        return null;
      }

      @Override
      public void ended(Command command, Outcome<WriteResult.Done> outcome) {
        answer(call, command, outcome);
      }
    });
  }

  /** @param bytes the command, which {@code request} carries somewhere */
  void serve(Call call, Request request, ByteString bytes, Use use) {
    Command command;
    try {
      command = CommandCodec.decode(bytes);
    } catch (InvalidProtocolBufferException e) {
      call.refused(Refusal.of(ErrorCode.BAD_REQUEST, "the command cannot be read: " + e.getMessage()));
      return;
    }
    call.countAs(op(command));
    Refusal refusal = checks.command(command);
    refusal = refusal != null ? refusal : use.refusal(command);
    if (refusal != null) {
      call.refused(refusal);
      return;
    }
    ShardDescriptor shard = shardOf(command);
    if (shard == null) {
      call.refused(LeaseService.notFound(command.getLeaseRevoke().getId()));
      return;
    }
    // First, since client and node may take different keys of it to say where it belongs.
    refusal = command.hasTxn() ? TxnPlace.crossing(map.get(), command.getKeyspace(), command.getTxn()) : null;
    refusal = refusal != null ? refusal : placed(request, shard);
    if (refusal == null && command.hasDeleteRange()) {
      refusal = inOneShard(command, shard);
    }
    int answerBytes = answerBytesMax(command);
    if (refusal == null && answerBytes > 0) {
      refusal = call.enterAnswer();
      refusal = refusal != null ? refusal : call.charge(answerBytes);
    }
    Replica replica = replicas.get(shard.id());
    if (refusal == null && replica == null) {
      refusal = Refusal.notLeader(shard.id(), "");
    }
    int level = CommandCodec.level(command);
    if (refusal == null) {
      refusal = understood(level, replica);
    }
    if (refusal != null) {
      call.refused(refusal);
      return;
    }
    var write = new WriteRequest(call.connection(), bytes, level, SpaceUse.of(command), command.getSeen(), call.deadline(),
        leases.completing(command, call.deadline(), outcome -> use.ended(command, outcome)));
    replica.loop().run(() -> replica.write(write));
  }

  /**
   * What enters a log is understood by every node that may apply it. A shard that has applied such an entry has settled that for
   * good: then a node that is away, and has shown nothing since this one started, holds nothing up.
   */
  private Refusal understood(int level, Replica replica) {
    FeatureLevels.Behind behind = level <= 1 ? null : levels.behind(level);
    if (behind == null || replica.store().featureLevel() >= level) {
      return null;
    }
    String shown = behind.level() > 0 ? "is at feature level " + behind.level() : "has not shown its feature level to this one yet";
    return Refusal.retry(ErrorCode.NOT_SUPPORTED, "node " + behind.node() + " " + shown + ", the command needs level " + level
        + " of every node (this one is at " + EntryPayload.FEATURE_LEVEL + ")", behind.level() > 0 ? 0 : NOT_SHOWN_RETRY_MILLIS);
  }

  /** Leases are granted in shard 0, and revoked in their home; null when there is no such shard. */
  private ShardDescriptor shardOf(Command command) {
    return switch (command.getOpCase()) {
      case LEASE_GRANT -> map.get().shard(ShardDescriptor.SYSTEM);
      case LEASE_REVOKE -> map.get().shard(LeaseIds.home(command.getLeaseRevoke().getId()));
      default -> map.get().locate(Keyspace.stored(command.getKeyspace(), firstKey(command)));
    };
  }

  /** Whether the client's map agrees with this node's. */
  private static Refusal placed(Request request, ShardDescriptor shard) {
    if (request.getShard() == 0 || request.getShard() == shard.id() && request.getShardEpoch() == shard.rangeEpoch()) {
      return null;
    }
    return Refusal.of(ErrorCode.WRONG_SHARD, "the key is in shard " + shard.id() + " at epoch " + shard.rangeEpoch()
        + ", not in shard " + request.getShard() + " at epoch " + request.getShardEpoch() + "; ask for the shard map");
  }

  /** A command is one shard's: a range over a border is refused with the border named. */
  private static Refusal inOneShard(Command command, ShardDescriptor shard) {
    DeleteRange range = command.getDeleteRange();
    byte[] end = CommandCodec.rangeEnd(command.getKeyspace(), range.getEnd(), range.getEndOpen());
    if (Arrays.compareUnsigned(end, shard.end()) <= 0) {
      return null;
    }
    ByteString border = Keyspace.user(shard.end());
    return Refusal.of(ErrorCode.RANGE_CROSSES_SHARDS, "the range crosses the border of shard " + shard.id() + " at '"
        + printable(border) + "'; a delete range is atomic in one shard only: cut it there, or allow parts")
        .withBorder(border.toByteArray());
  }

  private static void answer(Call call, Command command, Outcome<WriteResult.Done> outcome) {
    switch (outcome) {
      case Outcome.Done<WriteResult.Done>(var done) -> call.done(Answers.written(done, LeaseService.shows(command)));
      case Outcome.Refused<WriteResult.Done>(var refusal) -> call.refused(refusal);
      case Outcome.Unknown<WriteResult.Done>(var message) -> call.unknown(message);
    }
  }

  private static ByteString firstKey(Command command) {
    return switch (command.getOpCase()) {
      case PUT -> command.getPut().getKey();
      case DELETE -> command.getDelete().getKey();
      case DELETE_RANGE -> command.getDeleteRange().getStart();
      case TXN -> TxnPlace.firstKey(command.getTxn());
      case ADD -> command.getAdd().getKey();
      case LEASE_GRANT, LEASE_REVOKE, LEASE_DELETE, OP_NOT_SET -> ByteString.EMPTY;
    };
  }

  /** Room for an answer that may be far larger than its question; 0 for one that is not. */
  private int answerBytesMax(Command command) {
    boolean one = command.getPut().getPrevious() || command.getDelete().getPrevious();
    boolean many = command.hasTxn() || command.getDeleteRange().getPrevious();
    return Math.toIntExact(one ? limits.valueBytes() : many ? limits.txnBytes() : 0);
  }

  private static RequestOp op(Command command) {
    return switch (command.getOpCase()) {
      case PUT, OP_NOT_SET -> RequestOp.PUT;
      case DELETE -> RequestOp.DELETE;
      case DELETE_RANGE -> RequestOp.DELETE_RANGE;
      case TXN -> RequestOp.TXN;
      case ADD -> RequestOp.ADD;
      case LEASE_GRANT, LEASE_REVOKE, LEASE_DELETE -> RequestOp.LEASE;
    };
  }

  static String printable(ByteString key) {
    boolean text = key.isValidUtf8() && key.toStringUtf8().codePoints().noneMatch(Character::isISOControl);
    return text ? key.toStringUtf8() : HexFormat.of().formatHex(key.toByteArray());
  }
}
