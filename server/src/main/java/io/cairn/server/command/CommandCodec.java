package io.cairn.server.command;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.DiscardUnknownFieldsParser;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Parser;
import com.google.protobuf.UnsafeByteOperations;
import io.cairn.protocol.wire.Command;
import io.cairn.server.shard.Keyspace;
import io.cairn.storage.guard.Guard;
import io.cairn.storage.mvcc.Op;
import io.cairn.storage.mvcc.Write;
import java.util.List;

/** Bytes of a command to what the state machine applies. A field this version does not know makes the whole command refused. */
public final class CommandCodec {

  private static final Parser<Command> KNOWN_FIELDS = DiscardUnknownFieldsParser.wrap(Command.parser());

  private CommandCodec() {}

  /**
   * Decodes without copying keys and values out of {@code bytes}.
   *
   * @throws InvalidProtocolBufferException when the bytes are no command, or one with fields this version does not know
   */
  public static Command decode(byte[] bytes, int offset, int length) throws InvalidProtocolBufferException {
    if (length < 0 || offset < 0 || length > bytes.length - offset) {
      throw new InvalidProtocolBufferException("a command of " + length + " bytes at " + offset + " of " + bytes.length);
    }
    return decode(UnsafeByteOperations.unsafeWrap(bytes, offset, length));
  }

  /** The same, of bytes that are a part of a request. */
  public static Command decode(ByteString bytes) throws InvalidProtocolBufferException {
    CodedInputStream input = bytes.newCodedInput();
    input.enableAliasing(true);
    // What is not known is not kept: a command full of such fields would take many times its bytes, only to be refused.
    Command command = KNOWN_FIELDS.parseFrom(input);
    input.checkLastTagWas(0);
    if (command.getSerializedSize() != bytes.size()) {
      KnownFields.require(bytes);
    }
    if (command.getOpCase() == Command.OpCase.OP_NOT_SET) {
      throw new InvalidProtocolBufferException("the command has no operation this version knows");
    }
    if (command.hasTxn()) {
      KnownChoices.require(command.getTxn());
    }
    GuardCodec.require(command);
    return command;
  }

  /** The command as the state machine sees it. */
  public static Write toWrite(Command command) {
    var codec = new TxnCodec(command.getKeyspace());
    Op op = switch (command.getOpCase()) {
      case PUT -> codec.put(command.getPut());
      case DELETE -> codec.delete(command.getDelete());
      case DELETE_RANGE -> codec.deleteRange(command.getDeleteRange());
      case TXN -> codec.txn(command.getTxn());
      case ADD -> codec.add(command.getAdd());
      case LEASE_GRANT, LEASE_REVOKE, LEASE_DELETE -> LeaseOps.of(command);
      case OP_NOT_SET -> throw new IllegalArgumentException("a command without an operation is not applied");
    };
    List<Guard> guards = GuardCodec.of(command);
    return new Write(command.getClientHigh(), command.getClientLow(), command.getSequence(), command.getLowestOpen(), command.getSeen(),
        guards.isEmpty() ? OpHash.of(op) : OpHash.of(op, guards), op, guards);
  }

  /** From which feature level on a cluster may have the command in its logs. */
  public static int level(Command command) {
    return command.getGuardsCount() > 0 ? EntryPayload.LEASES_LEVEL : switch (command.getOpCase()) {
      case TXN, ADD -> EntryPayload.TXN_LEVEL;
      case DELETE_RANGE -> command.getDeleteRange().getPrevious() ? EntryPayload.TXN_LEVEL : EntryPayload.FIRST_LEVEL;
      case PUT -> command.getPut().getLease() != 0 || command.getPut().getTtlMillis() != 0 ? EntryPayload.LEASES_LEVEL : EntryPayload.FIRST_LEVEL;
      case LEASE_GRANT, LEASE_REVOKE, LEASE_DELETE -> EntryPayload.LEASES_LEVEL;
      case DELETE, OP_NOT_SET -> EntryPayload.FIRST_LEVEL;
    };
  }

  /** The stored end of a range of users' keys: open means to the end of the keyspace. */
  public static byte[] rangeEnd(int keyspace, ByteString end, boolean open) {
    return open ? Keyspace.start(keyspace + 1) : Keyspace.stored(keyspace, end);
  }
}
