package io.cairn.protocol.fuzz;

import java.util.Arrays;
import java.util.SplittableRandom;

/** Damage that needs to know nothing of what the bytes mean. None of these changes what it is given. */
public final class Bytes {

  private Bytes() {}

  /** Up to {@code most} bytes of chance. */
  public static byte[] random(SplittableRandom random, int most) {
    byte[] bytes = new byte[random.nextInt(most)];
    random.nextBytes(bytes);
    return bytes;
  }

  /** One to four faults of any kind. */
  public static byte[] damaged(byte[] sound, SplittableRandom random) {
    byte[] bytes = sound.clone();
    for (int i = random.nextInt(4); i >= 0 && bytes.length > 0; i--) {
      int at = random.nextInt(bytes.length);
      switch (random.nextInt(8)) {
        case 0, 1 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
        case 2 -> bytes[at] = (byte) random.nextInt(256);
        case 3 -> bytes[at] = (byte) 0xff;
        case 4 -> bytes[at] = 0;
        case 5 -> bytes = cut(bytes, random);
        case 6 -> bytes = inserted(bytes, random(random, 6), random);
        default -> bytes = without(bytes, random);
      }
    }
    return bytes;
  }

  public static byte[] flipped(byte[] sound, SplittableRandom random) {
    byte[] bytes = sound.clone();
    if (bytes.length > 0) {
      bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
    }
    return bytes;
  }

  /** The first part. */
  public static byte[] cut(byte[] sound, SplittableRandom random) {
    return Arrays.copyOf(sound, random.nextInt(sound.length + 1));
  }

  /** Without some bytes in the middle. */
  public static byte[] without(byte[] sound, SplittableRandom random) {
    int from = random.nextInt(sound.length + 1);
    int to = from + random.nextInt(Math.min(9, sound.length - from + 1));
    byte[] bytes = new byte[sound.length - (to - from)];
    System.arraycopy(sound, 0, bytes, 0, from);
    System.arraycopy(sound, to, bytes, from, sound.length - to);
    return bytes;
  }

  public static byte[] joined(byte[] one, byte[] other) {
    byte[] bytes = Arrays.copyOf(one, one.length + other.length);
    System.arraycopy(other, 0, bytes, one.length, other.length);
    return bytes;
  }

  public static byte[] inserted(byte[] sound, byte[] more, SplittableRandom random) {
    int at = random.nextInt(sound.length + 1);
    byte[] bytes = new byte[sound.length + more.length];
    System.arraycopy(sound, 0, bytes, 0, at);
    System.arraycopy(more, 0, bytes, at, more.length);
    System.arraycopy(sound, at, bytes, at + more.length, sound.length - at);
    return bytes;
  }

  /** Writes a varint and returns the place behind it. */
  public static int varint(byte[] bytes, int at, long value) {
    int to = at;
    while ((value & ~0x7fL) != 0) {
      bytes[to++] = (byte) (value & 0x7f | 0x80);
      value >>>= 7;
    }
    bytes[to++] = (byte) value;
    return to;
  }
}
