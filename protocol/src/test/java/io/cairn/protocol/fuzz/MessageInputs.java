package io.cairn.protocol.fuzz;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Damaged messages of one kind: sound ones with any of their fields filled, and then what the wire, a later version, a careless or an
 * ill-meaning sender would make of them.
 */
public final class MessageInputs implements Fuzz.Inputs {

  private static final int SEEDS = 400;
  private static final int DEPTH_MAX = 3;
  /** Long inputs are dear to read: few. */
  private static final int FLOOD_BYTES_MAX = 6_000;

  private final List<byte[]> seeds = new ArrayList<>();

  public MessageInputs(Message prototype) {
    var random = new SplittableRandom(prototype.getDescriptorForType().getName().hashCode());
    for (int i = 0; i < SEEDS; i++) {
      seeds.add(message(prototype, random).toByteArray());
    }
  }

  /** One of the sound messages. */
  public byte[] sound(SplittableRandom random) {
    return seeds.get(random.nextInt(seeds.size()));
  }

  @Override
  public byte[] next(SplittableRandom random) {
    return damaged(sound(random), random);
  }

  private byte[] damaged(byte[] sound, SplittableRandom random) {
    return switch (random.nextInt(20)) {
      case 0 -> sound.clone();
      case 1 -> Bytes.cut(sound, random);
      case 2 -> Bytes.joined(sound, sound(random));
      case 3 -> Bytes.joined(Bytes.cut(sound, random), sound(random));
      case 4, 5 -> longPromise(sound, random);
      case 6 -> Bytes.inserted(sound, unknownFields(random, 1 + random.nextInt(4)), random);
      case 7 -> random.nextInt(40) == 0 ? Bytes.joined(sound, unknownFields(random, 1 + random.nextInt(FLOOD_BYTES_MAX / 4)))
          : sound.clone();
      case 8 -> random.nextInt(40) == 0 ? repeated(random) : Bytes.inserted(sound, repeatedFew(random), random);
      case 9 -> random.nextInt(20) == 0 ? nested(random) : Bytes.flipped(sound, random);
      case 10 -> Bytes.random(random, 60);
      default -> Bytes.damaged(sound, random);
    };
  }

  /** A field that promises more bytes than any array can have, or than there are. */
  private static byte[] longPromise(byte[] sound, SplittableRandom random) {
    byte[] field = new byte[12];
    int at = 0;
    field[at++] = (byte) (1 + random.nextInt(12) << 3 | 2);
    long length = switch (random.nextInt(6)) {
      case 0 -> Integer.MAX_VALUE;
      case 1 -> Integer.MAX_VALUE - random.nextInt(32);
      case 2 -> 0xffff_ffffL;
      case 3 -> -1L;
      case 4 -> 1L << 31;
      default -> sound.length + 1L + random.nextInt(1 << 20);
    };
    at = Bytes.varint(field, at, length);
    byte[] promise = Arrays.copyOf(field, at);
    return random.nextBoolean() ? Bytes.joined(sound, promise) : Bytes.inserted(sound, promise, random);
  }

  /** Fields of numbers that no version has used yet, of every wire type. */
  private static byte[] unknownFields(SplittableRandom random, int count) {
    byte[] bytes = new byte[count * 18];
    int at = 0;
    for (int i = 0; i < count; i++) {
      int type = random.nextInt(6);
      at = Bytes.varint(bytes, at, 100L + random.nextInt(1 << random.nextInt(4, 24)) << 3 | type);
      at = switch (type) {
        case 0 -> Bytes.varint(bytes, at, random.nextLong() >>> random.nextInt(64));
        case 1 -> at + 8;
        case 2 -> Bytes.varint(bytes, at, 0);
        case 5 -> at + 4;
        default -> at; // A group that begins, or ends what never began.
      };
    }
    return Arrays.copyOf(bytes, at);
  }

  /** Empty messages in a repeated field: two bytes each, and an object each. */
  private static byte[] repeated(SplittableRandom random) {
    byte[] bytes = new byte[2 * random.nextInt(FLOOD_BYTES_MAX / 2)];
    byte tag = (byte) (1 + random.nextInt(15) << 3 | 2);
    for (int i = 0; i < bytes.length; i += 2) {
      bytes[i] = tag;
    }
    return bytes;
  }

  private static byte[] repeatedFew(SplittableRandom random) {
    byte[] bytes = new byte[2 * random.nextInt(8)];
    for (int i = 0; i < bytes.length; i += 2) {
      bytes[i] = (byte) (1 + random.nextInt(15) << 3 | 2);
    }
    return bytes;
  }

  /** Groups in groups, or messages in messages, deeper than any stack of calls should go. */
  private static byte[] nested(SplittableRandom random) {
    byte[] bytes = new byte[random.nextInt(FLOOD_BYTES_MAX)];
    byte tag = (byte) (1 + random.nextInt(15) << 3 | (random.nextBoolean() ? 3 : 2));
    Arrays.fill(bytes, tag);
    return bytes;
  }

  /** A message of the prototype's type with any of its fields filled. */
  public static Message message(Message prototype, SplittableRandom random) {
    return message(prototype, random, 0);
  }

  private static Message message(Message prototype, SplittableRandom random, int depth) {
    Message.Builder builder = prototype.newBuilderForType();
    for (FieldDescriptor field : prototype.getDescriptorForType().getFields()) {
      if (random.nextInt(3) == 0) {
        continue;
      }
      if (field.isRepeated()) {
        for (int i = random.nextInt(3); i > 0; i--) {
          builder.addRepeatedField(field, value(field, builder, random, depth));
        }
      } else {
        builder.setField(field, value(field, builder, random, depth));
      }
    }
    return builder.build();
  }

  private static Object value(FieldDescriptor field, Message.Builder parent, SplittableRandom random, int depth) {
    long bits = random.nextLong() >>> random.nextInt(64);
    switch (field.getJavaType()) {
      case INT:
        return (int) bits;
      case LONG:
        return bits;
      case BOOLEAN:
        return random.nextBoolean();
      case STRING:
        return Long.toString(bits, 36);
      case BYTE_STRING:
        return ByteString.copyFrom(Bytes.random(random, 40));
      case ENUM:
        EnumDescriptor type = field.getEnumType();
        return type.getValues().get(random.nextInt(type.getValues().size()));
      case MESSAGE:
        Message child = parent.newBuilderForField(field).getDefaultInstanceForType();
        return depth >= DEPTH_MAX ? child : message(child, random, depth + 1);
      default:
        throw new AssertionError("no value is made for " + field);
    }
  }
}
