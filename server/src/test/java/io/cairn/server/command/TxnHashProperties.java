package io.cairn.server.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import io.cairn.protocol.wire.Add;
import io.cairn.protocol.wire.Command;
import io.cairn.protocol.wire.DeleteRange;
import io.cairn.protocol.wire.Txn;
import io.cairn.server.testing.RandomTxns;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** A sequence names one command for good: whatever differs in a transaction, however deep, makes another hash. */
class TxnHashProperties {

  @Property(tries = 100)
  void everyFieldOfATransactionCountsInItsHash(@ForAll long seed) {
    Txn txn = RandomTxns.of(new Random(seed));
    for (Message other : mutations(txn)) {
      assertThat(hash(Command.newBuilder().setTxn((Txn) other))).as("%s%nand%n%s", other, txn).isNotEqualTo(hash(Command.newBuilder().setTxn(txn)));
    }
  }

  @Example
  void everyFieldOfAnAddAndOfADeleteRangeCounts() {
    Add add = Add.newBuilder().setKey(ByteString.copyFromUtf8("k")).setDelta(1).build();
    mutations(add).forEach(other -> assertThat(hash(Command.newBuilder().setAdd((Add) other))).isNotEqualTo(hash(Command.newBuilder().setAdd(add))));
    DeleteRange range = DeleteRange.newBuilder().setStart(ByteString.copyFromUtf8("a")).setEnd(ByteString.copyFromUtf8("b")).build();
    mutations(range).forEach(other -> assertThat(hash(Command.newBuilder().setDeleteRange((DeleteRange) other)))
        .isNotEqualTo(hash(Command.newBuilder().setDeleteRange(range))));
  }

  private static long hash(Command.Builder command) {
    return CommandCodec.toWrite(command.setKeyspace(1).build()).hash();
  }

  /** Every message that differs from this one in one place. */
  private static List<Message> mutations(Message message) {
    var found = new ArrayList<Message>();
    for (FieldDescriptor field : message.getDescriptorForType().getFields()) {
      if (field.isRepeated()) {
        repeated(message, field, found);
      } else if (field.getContainingOneof() != null && !message.hasField(field) || ofNoMeaning(message, field)) {
        continue;
      } else if (field.getJavaType() == FieldDescriptor.JavaType.MESSAGE) {
        mutations((Message) message.getField(field)).forEach(inner -> found.add(message.toBuilder().setField(field, inner).build()));
      } else {
        found.add(message.toBuilder().setField(field, other(field, message.getField(field))).build());
      }
    }
    return found;
  }

  private static void repeated(Message message, FieldDescriptor field, List<Message> found) {
    for (int i = 0; i < message.getRepeatedFieldCount(field); i++) {
      for (Message inner : mutations((Message) message.getRepeatedField(field, i))) {
        found.add(message.toBuilder().setRepeatedField(field, i, inner).build());
      }
    }
    if (message.getRepeatedFieldCount(field) > 0) {
      found.add(message.toBuilder().clearField(field).build());
      found.add(message.toBuilder().addRepeatedField(field, message.getRepeatedField(field, 0)).build());
    }
  }

  /** The end of a range that has none is refused before it is hashed. */
  private static boolean ofNoMeaning(Message message, FieldDescriptor field) {
    FieldDescriptor open = message.getDescriptorForType().findFieldByName("end_open");
    return field.getName().equals("end") && (boolean) message.getField(open);
  }

  private static Object other(FieldDescriptor field, Object value) {
    return switch (field.getJavaType()) {
      case BOOLEAN -> !(boolean) value;
      case LONG -> (long) value + 1;
      case BYTE_STRING -> ((ByteString) value).concat(ByteString.copyFromUtf8("x"));
      case ENUM -> {
        int number = ((com.google.protobuf.Descriptors.EnumValueDescriptor) value).getNumber();
        yield field.getEnumType().findValueByNumber(number == 6 ? 1 : number + 1);
      }
      default -> throw new AssertionError("no other value for " + field);
    };
  }
}
