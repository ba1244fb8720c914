package io.cairn.protocol.fuzz;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Damaged bytes of a format that nobody here knows, made of sound samples: bits that turned over, ends that are cut off, pieces of one in
 * another, and numbers that promise more than there is, as varints and as fixed ones.
 */
public final class SampleInputs implements Fuzz.Inputs {
  private static final long[] PROMISES = {Integer.MAX_VALUE, Integer.MIN_VALUE, -1, 0, 1L << 31, 0xffff_ffffL, 1 << 30, Long.MAX_VALUE, Long.MIN_VALUE, 127};

  private final List<byte[]> samples;

  public SampleInputs(List<byte[]> samples) {
    this.samples = List.copyOf(samples);
  }

  @Override
  public byte[] next(SplittableRandom random) {
    byte[] sound = sample(random);
    return switch (random.nextInt(12)) {
      case 0 -> sound.clone();
      case 1 -> Bytes.cut(sound, random);
      case 2, 3 -> Bytes.joined(Bytes.cut(sound, random), rest(sample(random), random));
      case 4 -> Bytes.inserted(sound, rest(Bytes.cut(sample(random), random), random), random);
      case 5, 6, 7 -> promising(sound, random);
      case 8 -> Bytes.flipped(sound, random);
      case 9 -> random.nextInt(20) == 0 ? repeated(sound, random) : Bytes.flipped(sound, random);
      default -> Bytes.damaged(sound, random);
    };
  }

  private byte[] sample(SplittableRandom random) {
    return samples.get(random.nextInt(samples.size()));
  }

  private static byte[] rest(byte[] sound, SplittableRandom random) {
    return Arrays.copyOfRange(sound, random.nextInt(sound.length + 1), sound.length);
  }

  /** A piece of it again and again, as a list that never ends, or as something inside of itself. */
  private static byte[] repeated(byte[] sound, SplittableRandom random) {
    byte[] head = Bytes.cut(sound, random);
    byte[] piece = Bytes.cut(rest(sound, random), random);
    int times = piece.length == 0 ? 0 : Math.min(2_000, 6_000 / piece.length);
    byte[] bytes = Arrays.copyOf(head, head.length + times * piece.length);
    for (int i = 0; i < times; i++) {
      System.arraycopy(piece, 0, bytes, head.length + i * piece.length, piece.length);
    }
    return bytes;
  }

  /** A number in the middle that is too large, too small or below zero. */
  private static byte[] promising(byte[] sound, SplittableRandom random) {
    byte[] number = new byte[12];
    long value = random.nextInt(3) == 0 ? random.nextInt(sound.length + 2) : PROMISES[random.nextInt(PROMISES.length)];
    int length = switch (random.nextInt(4)) {
      case 0 -> Bytes.varint(number, 0, value);
      case 1 -> fixed(number, value, Short.BYTES);
      case 2 -> fixed(number, value, Integer.BYTES);
      default -> fixed(number, value, Long.BYTES);
    };
    byte[] bytes = sound.clone();
    int at = random.nextInt(bytes.length + 1);
    System.arraycopy(number, 0, bytes, at, Math.min(length, bytes.length - at));
    return bytes;
  }

  private static int fixed(byte[] number, long value, int bytes) {
    for (int i = 0; i < bytes; i++) {
      number[i] = (byte) (value >>> 8 * (bytes - 1 - i));
    }
    return bytes;
  }
}
