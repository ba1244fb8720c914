package io.cairn.server.command;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import io.cairn.protocol.wire.Command;
import java.io.IOException;

/**
 * Looks through the bytes of a command for a field that this version does not know, and builds nothing while it looks. Only commands
 * that are not as our own client writes them come here: one that is written back in as many bytes has no such field.
 */
final class KnownFields {
  private static final int NUMBER_SHIFT = 3;

  private KnownFields() {}

  /** @throws InvalidProtocolBufferException with the first field that is unknown, in the command or in its operation */
  static void require(ByteString command) throws InvalidProtocolBufferException {
    try {
      require(command.newCodedInput(), Command.getDescriptor());
    } catch (InvalidProtocolBufferException e) {
      throw e;
    } catch (IOException e) {
      throw new InvalidProtocolBufferException(e);
    }
  }

  private static void require(CodedInputStream input, Descriptor message) throws IOException {
    for (int tag = input.readTag(); tag != 0; tag = input.readTag()) {
      FieldDescriptor field = message.findFieldByNumber(tag >>> NUMBER_SHIFT);
      // A number with another type of the wire is a field of another version, too.
      if (field == null || tag != (field.getNumber() << NUMBER_SHIFT | field.getLiteType().getWireType())) {
        throw new InvalidProtocolBufferException(message.getName() + " carries field " + (tag >>> NUMBER_SHIFT)
            + ", which this version does not know; a write is not taken half understood");
      }
      if (field.getJavaType() == FieldDescriptor.JavaType.MESSAGE) {
        int outer = input.pushLimit(input.readRawVarint32());
        require(input, field.getMessageType());
        input.popLimit(outer);
      } else {
        input.skipField(tag);
      }
    }
  }
}
