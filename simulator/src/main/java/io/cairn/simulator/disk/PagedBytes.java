package io.cairn.simulator.disk;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The bytes of a file, in pages; a page of zeros takes no room. */
final class PagedBytes {
  private static final int PAGE = 4096;

  private final List<byte[]> pages = new ArrayList<>();
  private long size;

  long size() {
    return size;
  }

  PagedBytes copy() {
    PagedBytes copy = new PagedBytes();
    copy.size = size;
    for (byte[] page : pages) {
      copy.pages.add(page == null ? null : page.clone());
    }
    return copy;
  }

  int read(ByteBuffer target, long position) {
    int length = (int) Math.max(0, Math.min(target.remaining(), size - position));
    long at = position;
    int left = length;
    while (left > 0) {
      int inPage = (int) (at % PAGE);
      int count = Math.min(left, PAGE - inPage);
      byte[] page = pages.get((int) (at / PAGE));
      if (page == null) {
        target.put(new byte[count]);
      } else {
        target.put(page, inPage, count);
      }
      at += count;
      left -= count;
    }
    return length;
  }

  void write(byte[] source, int from, int length, long position) {
    grow(position + length);
    long at = position;
    int done = 0;
    while (done < length) {
      int inPage = (int) (at % PAGE);
      int count = Math.min(length - done, PAGE - inPage);
      System.arraycopy(source, from + done, page(at), inPage, count);
      at += count;
      done += count;
    }
  }

  /** Makes the file at least so long; what is new reads as zeros. */
  void grow(long newSize) {
    while ((long) pages.size() * PAGE < newSize) {
      pages.add(null);
    }
    size = Math.max(size, newSize);
  }

  void truncate(long newSize) {
    if (newSize >= size) {
      return;
    }
    int keep = (int) ((newSize + PAGE - 1) / PAGE);
    while (pages.size() > keep) {
      pages.removeLast();
    }
    int inPage = (int) (newSize % PAGE);
    if (inPage != 0 && pages.getLast() != null) {
      Arrays.fill(pages.getLast(), inPage, PAGE, (byte) 0);
    }
    size = newSize;
  }

  /** Turns over the bits of {@code mask} in one byte. */
  void flip(long position, int mask) {
    page(position)[(int) (position % PAGE)] ^= (byte) mask;
  }

  private byte[] page(long position) {
    int index = (int) (position / PAGE);
    byte[] page = pages.get(index);
    if (page == null) {
      page = new byte[PAGE];
      pages.set(index, page);
    }
    return page;
  }
}
