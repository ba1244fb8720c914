package io.cairn.server.command;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.DiscardUnknownFieldsParser;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Parser;
import com.google.protobuf.UnsafeByteOperations;
import io.cairn.protocol.wire.Command;
import io.cairn.protocol.wire.DeleteRange;
import io.cairn.server.shard.Keyspace;
import io.cairn.storage.mvcc.Op;
import io.cairn.storage.mvcc.Write;
import java.util.zip.CRC32;
import java.util.zip.CRC32C;

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
    return command;
  }

  /** The command as the state machine sees it. */
  public static Write toWrite(Command command) {
    int keyspace = command.getKeyspace();
    Op op = switch (command.getOpCase()) {
      case PUT -> new Op.Put(Keyspace.stored(keyspace, command.getPut().getKey()), command.getPut().getValue().toByteArray(),
          command.getPut().getLease(), command.getPut().getPrevious(), command.getPut().getTtlMillis());
      case DELETE -> new Op.Delete(Keyspace.stored(keyspace, command.getDelete().getKey()), command.getDelete().getPrevious());
      case DELETE_RANGE -> range(keyspace, command.getDeleteRange());
      case LEASE_GRANT, LEASE_REVOKE, LEASE_DELETE -> LeaseOps.of(command);
      case OP_NOT_SET -> throw new IllegalArgumentException("a command without an operation is not applied");
    };
    return new Write(command.getClientHigh(), command.getClientLow(), command.getSequence(), command.getLowestOpen(), command.getSeen(),
        hash(op), op);
  }

  private static Op range(int keyspace, DeleteRange range) {
    return new Op.DeleteRange(Keyspace.stored(keyspace, range.getStart()), rangeEnd(keyspace, range.getEnd(), range.getEndOpen()));
  }

  /** The stored end of a range of users' keys: open means to the end of the keyspace. */
  public static byte[] rangeEnd(int keyspace, ByteString end, boolean open) {
    return open ? Keyspace.start(keyspace + 1) : Keyspace.stored(keyspace, end);
  }

  /**
   * What a sequence stands for: two commands with the same sequence and different hashes are a client's mistake. Two checksums
   * side by side: not against malice (a client can only deceive itself), but 64 bits against accident.
   */
  static long hash(Op op) {
    var crc = new CRC32();
    var crc32c = new CRC32C();
    switch (op) {
      case Op.Put put -> {
        mix(crc, crc32c, 1, put.key());
        mix(crc, crc32c, put.previous() ? 1 : 0, put.value());
        mixLong(crc, crc32c, put.lease());
        if (put.ttlMillis() != 0) { // Without one the hash is that of older versions, which is on disks.
          mixLong(crc, crc32c, put.ttlMillis());
        }
      }
      case Op.Delete delete -> mix(crc, crc32c, delete.previous() ? 3 : 2, delete.key());
      case Op.DeleteRange range -> {
        mix(crc, crc32c, 4, range.start());
        mix(crc, crc32c, range.end() == null ? 1 : 0, range.end() == null ? new byte[0] : range.end());
      }
      case Op.LeaseGrant grant -> {
        mix(crc, crc32c, 20, new byte[0]);
        mixLong(crc, crc32c, grant.id());
        mixLong(crc, crc32c, grant.ttlMillis());
      }
      case Op.LeaseRevoke revoke -> {
        mix(crc, crc32c, 21, new byte[0]);
        mixLong(crc, crc32c, revoke.id());
      }
      case Op.LeaseDelete _ -> mix(crc, crc32c, 22, new byte[0]); // Of no client: nobody asks for it again.
    }
    return crc.getValue() << 32 | crc32c.getValue();
  }

  private static void mix(CRC32 crc, CRC32C crc32c, int tag, byte[] bytes) {
    crc.update(tag);
    crc32c.update(tag);
    mixLong(crc, crc32c, bytes.length);
    crc.update(bytes, 0, bytes.length);
    crc32c.update(bytes, 0, bytes.length);
  }

  private static void mixLong(CRC32 crc, CRC32C crc32c, long value) {
    for (int shift = 0; shift < 64; shift += 8) {
      crc.update((int) (value >>> shift) & 0xff);
      crc32c.update((int) (value >>> shift) & 0xff);
    }
  }
}
