package io.cairn.jepsen.damage;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** What happens to bytes of a file that nobody has open. */
enum Damage {
  BIT("bit flipped"),
  SECTOR("512 bytes zeroed"),
  BLOCK("4 KiB zeroed"),
  CUT("cut off"),
  STALE("older copy"),
  GONE("deleted");

  private static final int SECTOR_BYTES = 512;
  private static final int BLOCK_BYTES = 4096;

  final String words;

  Damage(String words) {
    this.words = words;
  }

  /**
   * @param at a byte of the file
   * @param older what is put in its place; for {@link #STALE} alone
   * @throws IllegalStateException when the file would be as it was: then nothing was tried
   */
  void apply(Path file, long at, Path older) {
    try {
      if (this == GONE) {
        Files.delete(file);
        return;
      }
      byte[] before = Files.readAllBytes(file);
      byte[] after = this == STALE ? Files.readAllBytes(older) : changed(before, Math.toIntExact(at));
      if (Arrays.equals(before, after)) {
        throw new IllegalStateException(words + " at byte " + at + " of " + file + " changes nothing");
      }
      Files.write(file, after);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private byte[] changed(byte[] before, int at) {
    byte[] after = before.clone();
    switch (this) {
      case BIT -> after[at] ^= 0x10;
      case SECTOR -> zero(after, at, SECTOR_BYTES);
      case BLOCK -> zero(after, at, BLOCK_BYTES);
      // At a sector's end where there is one: the harder case, as the length alone says nothing then.
      case CUT -> after = Arrays.copyOf(after, at > SECTOR_BYTES ? at / SECTOR_BYTES * SECTOR_BYTES : at);
      default -> throw new IllegalStateException(this + " does not change bytes in place");
    }
    return after;
  }

  private static void zero(byte[] bytes, int at, int unit) {
    int from = at / unit * unit;
    Arrays.fill(bytes, from, Math.min(bytes.length, from + unit), (byte) 0);
  }
}
