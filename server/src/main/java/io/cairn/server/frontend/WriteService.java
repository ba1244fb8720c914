package io.cairn.server.frontend;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.cairn.protocol.wire.Command;
import io.cairn.protocol.wire.DeleteRange;
import io.cairn.protocol.wire.ErrorCode;
import io.cairn.protocol.wire.Request;
import io.cairn.server.command.CommandCodec;
import io.cairn.server.command.EntryPayload;
import io.cairn.server.command.LeaseOps;
import io.cairn.server.metrics.RequestOp;
import io.cairn.server.outcome.Outcome;
import io.cairn.server.outcome.Refusal;
import io.cairn.server.replica.Replica;
import io.cairn.server.replica.Replicas;
import io.cairn.server.replica.WriteRequest;
import io.cairn.server.shard.Keyspace;
import io.cairn.server.shard.ShardDescriptor;
import io.cairn.server.shard.ShardMap;
import io.cairn.storage.mvcc.WriteResult;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.function.Supplier;

/** Puts, deletes and delete ranges: check, locate, hand to the shard's replica. */
final class WriteService {
  private final RequestChecks checks;
  private final Supplier<ShardMap> map;
  private final Replicas replicas;
  private final int previousBytesMax;
  private final LeaseService leases;

  /** @param previousBytesMax room that a write takes which asks for what it replaces */
  WriteService(RequestChecks checks, Supplier<ShardMap> map, Replicas replicas, int previousBytesMax, LeaseService leases) {
    this.leases = leases;
    this.checks = checks;
    this.previousBytesMax = previousBytesMax;
    this.map = map;
    this.replicas = replicas;
  }

  void serve(Call call, Request request) {
    ByteString bytes = request.getCommand();
    Command command;
    try {
      command = CommandCodec.decode(bytes);
    } catch (InvalidProtocolBufferException e) {
      call.refused(Refusal.of(ErrorCode.BAD_REQUEST, "the command cannot be read: " + e.getMessage()));
      return;
    }
    call.countAs(op(command));
    Refusal refusal = checks.command(command);
    if (refusal != null) {
      call.refused(refusal);
      return;
    }
    ShardDescriptor shard = shardOf(command);
    refusal = placed(request, shard);
    if (refusal == null && command.getOpCase() == Command.OpCase.DELETE_RANGE) {
      refusal = inOneShard(command, shard);
    }
    if (refusal == null && asksForPrevious(command)) {
      refusal = call.enterAnswer();
      refusal = refusal != null ? refusal : call.charge(previousBytesMax);
    }
    Replica replica = replicas.get(shard.id());
    if (refusal == null && replica == null) {
      refusal = Refusal.notLeader(shard.id(), "");
    }
    if (refusal != null) {
      call.refused(refusal);
      return;
    }
    int level = LeaseOps.needsLeases(command) ? EntryPayload.LEASES_LEVEL : EntryPayload.FIRST_LEVEL;
    var write = new WriteRequest(call.connection(), bytes, command.getSeen(), call.deadline(),
        leases.completing(command, call.deadline(), outcome -> answer(call, outcome)), level);
    replica.loop().run(() -> replica.write(write));
  }

  /** Leases are granted and revoked in shard 0. */
  private ShardDescriptor shardOf(Command command) {
    return switch (command.getOpCase()) {
      case LEASE_GRANT, LEASE_REVOKE -> map.get().shard(ShardDescriptor.SYSTEM);
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

  private static void answer(Call call, Outcome<WriteResult.Done> outcome) {
    switch (outcome) {
      case Outcome.Done<WriteResult.Done>(var done) -> call.done(Answers.written(done));
      case Outcome.Refused<WriteResult.Done>(var refusal) -> call.refused(refusal);
      case Outcome.Unknown<WriteResult.Done>(var message) -> call.unknown(message);
    }
  }

  private static ByteString firstKey(Command command) {
    return switch (command.getOpCase()) {
      case PUT -> command.getPut().getKey();
      case DELETE -> command.getDelete().getKey();
      case DELETE_RANGE -> command.getDeleteRange().getStart();
      case LEASE_GRANT, LEASE_REVOKE, LEASE_DELETE, OP_NOT_SET -> ByteString.EMPTY;
    };
  }

  private static boolean asksForPrevious(Command command) {
    return command.getPut().getPrevious() || command.getDelete().getPrevious();
  }

  private static RequestOp op(Command command) {
    return switch (command.getOpCase()) {
      case PUT, OP_NOT_SET -> RequestOp.PUT;
      case DELETE -> RequestOp.DELETE;
      case DELETE_RANGE -> RequestOp.DELETE_RANGE;
      case LEASE_GRANT, LEASE_REVOKE, LEASE_DELETE -> RequestOp.LEASE;
    };
  }

  private static String printable(ByteString key) {
    return key.isValidUtf8() ? key.toStringUtf8() : HexFormat.of().formatHex(key.toByteArray());
  }
}
