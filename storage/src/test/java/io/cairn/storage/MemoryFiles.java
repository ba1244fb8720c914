package io.cairn.storage;

import io.cairn.platform.Files;
import io.cairn.platform.StoredFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;

/**
 * A disk in memory that forgets what was not synced. After {@link #crash} each 512-byte sector written since the last sync of
 * its file is there or not, each new size is, and each change of a name since the last sync of its folder, independently.
 *
 * <p>A crash can be set for the n-th change ({@link #crashAt}), which then does not happen, and a sync can be made to fail
 * ({@link #failSync}): it drops what was not synced and lets later syncs succeed, as Linux does (ST-01).
 */
public final class MemoryFiles implements Files {
  private static final int SECTOR = 512;

  /** Thrown in place of the change at which the machine stopped. */
  public static final class Crashed extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  /** A file's contents: what is on the platter, and what programs see. */
  private static final class Content {
    byte[] durable = new byte[0];
    byte[] seen = new byte[0];
    final Set<Integer> dirtySectors = new LinkedHashSet<>();
  }

  private record NameChange(String from, String to, Content content) {}

  private final Map<String, Content> durableNames = new TreeMap<>();
  private final Map<String, Content> names = new TreeMap<>();
  private final List<NameChange> pendingNames = new ArrayList<>();
  private final Set<String> directories = new LinkedHashSet<>();
  private final Set<String> locks = new LinkedHashSet<>();
  private int changes;
  private int crashAt = Integer.MAX_VALUE;
  private int syncs;
  private int reads;
  private int failSyncAt = Integer.MAX_VALUE;
  private long freeBytes = Long.MAX_VALUE;
  private boolean crashed;

  public int changes() {
    return changes;
  }

  public int reads() {
    return reads;
  }

  public int syncs() {
    return syncs;
  }

  /** The machine stops in place of the change with this number, counted from 0. */
  public MemoryFiles crashAt(int change) {
    crashAt = change;
    return this;
  }

  /** The sync with this number, counted from 0 over all files, fails. */
  public void failSync(int number) {
    failSyncAt = number;
  }

  /** How many more bytes files may grow by. */
  public void freeBytes(long bytes) {
    freeBytes = bytes;
  }

  /** What the machine finds when it comes up again; {@code survives} is asked for each thing that was not synced. */
  public MemoryFiles crash(BooleanSupplier survives) {
    MemoryFiles after = new MemoryFiles();
    after.directories.addAll(directories);
    Map<String, Content> kept = new TreeMap<>(durableNames);
    for (NameChange change : pendingNames) {
      if (survives.getAsBoolean()) {
        apply(change, kept);
      }
    }
    kept.forEach((name, content) -> {
      Content found = new Content();
      found.seen = afterCrash(content, survives);
      found.durable = found.seen.clone();
      after.names.put(name, found);
      after.durableNames.put(name, found);
    });
    return after;
  }

  public MemoryFiles crash(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    double share = random.nextDouble();
    return crash(() -> random.nextDouble() < share);
  }

  private static byte[] afterCrash(Content content, BooleanSupplier survives) {
    boolean grown = content.seen.length == content.durable.length || survives.getAsBoolean();
    byte[] bytes = Arrays.copyOf(content.durable, grown ? content.seen.length : content.durable.length);
    for (int sector : content.dirtySectors) {
      int from = sector * SECTOR;
      int length = Math.min(SECTOR, bytes.length - from);
      if (length > 0 && survives.getAsBoolean()) {
        System.arraycopy(content.seen, from, bytes, from, length);
      }
    }
    return bytes;
  }

  /** Sectors that were written and not synced, over all files. */
  public int dirtySectors() {
    return names.values().stream().mapToInt(content -> content.dirtySectors.size()).sum();
  }

  /** The bytes of a file as programs see them, to be looked at or spoiled. */
  public byte[] bytes(String path) {
    return names.get(path).seen;
  }

  /** Puts a file there, durably. */
  public void put(String path, byte[] bytes) {
    Content content = new Content();
    content.seen = bytes.clone();
    content.durable = bytes.clone();
    names.put(path, content);
    durableNames.put(path, content);
    directories.add(path.substring(0, path.lastIndexOf('/')));
  }

  /** Everything that is there, for comparing before and after. */
  public Map<String, byte[]> image() {
    Map<String, byte[]> image = new TreeMap<>();
    names.forEach((name, content) -> image.put(name, content.seen.clone()));
    return image;
  }

  /** Fails unless every file is as it was in {@code before}. */
  public void requireSame(Map<String, byte[]> before) {
    if (!before.keySet().equals(names.keySet())) {
      throw new AssertionError("files " + names.keySet() + " where " + before.keySet() + " were");
    }
    names.forEach((name, content) -> {
      int at = Arrays.mismatch(content.seen, before.get(name));
      if (at >= 0) {
        throw new AssertionError(name + " has changed at byte " + at);
      }
    });
  }

  private void change() {
    if (crashed || changes++ >= crashAt) {
      crashed = true;
      throw new Crashed();
    }
  }

  private static void apply(NameChange change, Map<String, Content> names) {
    if (change.from != null && names.remove(change.from) == null && change.to != null) {
      return; // what should have been renamed never came to be
    }
    if (change.to != null) {
      names.put(change.to, change.content);
    }
  }

  private void changeName(String from, String to, Content content) {
    NameChange change = new NameChange(from, to, content);
    pendingNames.add(change);
    apply(change, names);
  }

  @Override
  public List<String> list(String directory) {
    List<String> found = new ArrayList<>();
    for (String name : names.keySet()) {
      if (name.startsWith(directory + "/")) {
        String rest = name.substring(directory.length() + 1);
        String first = rest.contains("/") ? rest.substring(0, rest.indexOf('/')) : rest;
        if (!found.contains(first)) {
          found.add(first);
        }
      }
    }
    for (String folder : directories) {
      if (folder.startsWith(directory + "/") && !folder.substring(directory.length() + 1).contains("/")
          && !found.contains(folder.substring(directory.length() + 1))) {
        found.add(folder.substring(directory.length() + 1));
      }
    }
    found.sort(null);
    return found;
  }

  @Override
  public boolean exists(String path) {
    return names.containsKey(path) || directories.contains(path);
  }

  @Override
  public void createDirectories(String directory) {
    for (int slash = directory.indexOf('/', 1); slash > 0; slash = directory.indexOf('/', slash + 1)) {
      directories.add(directory.substring(0, slash));
    }
    directories.add(directory);
  }

  @Override
  public StoredFile open(String path, boolean create) throws IOException {
    if (create) {
      if (names.containsKey(path)) {
        throw new IOException(path + " exists");
      }
      change();
      changeName(null, path, new Content());
    }
    return openReadOnly(path);
  }

  @Override
  public StoredFile openReadOnly(String path) throws IOException {
    Content content = names.get(path);
    if (content == null) {
      throw new IOException(path + " does not exist");
    }
    return new MemoryFile(content);
  }

  @Override
  public void rename(String from, String to) throws IOException {
    Content content = names.get(from);
    if (content == null) {
      throw new IOException(from + " does not exist");
    }
    change();
    changeName(from, to, content);
  }

  @Override
  public void delete(String path) throws IOException {
    if (!names.containsKey(path)) {
      throw new IOException(path + " does not exist");
    }
    change();
    changeName(path, null, null);
  }

  @Override
  public void syncDirectory(String directory) {
    change();
    List<NameChange> left = new ArrayList<>();
    for (NameChange change : pendingNames) {
      String name = change.to != null ? change.to : change.from;
      if (name.substring(0, name.lastIndexOf('/')).equals(directory)) {
        apply(change, durableNames);
      } else {
        left.add(change);
      }
    }
    pendingNames.clear();
    pendingNames.addAll(left);
  }

  @Override
  public long freeBytes(String directory) {
    return freeBytes;
  }

  @Override
  public AutoCloseable lock(String path) throws IOException {
    if (!locks.add(path)) {
      throw new IOException("another process holds the lock on " + path);
    }
    if (!names.containsKey(path)) {
      change();
      changeName(null, path, new Content());
    }
    return () -> locks.remove(path);
  }

  @Override
  public AutoCloseable lockForReading(String path) throws IOException {
    if (!names.containsKey(path)) {
      throw new IOException(path + " does not exist");
    }
    if (!locks.add(path)) {
      throw new IOException("another process holds the lock on " + path);
    }
    return () -> locks.remove(path);
  }

  /** One open file. */
  private final class MemoryFile implements StoredFile {
    private final Content content;
    private boolean closed;

    MemoryFile(Content content) {
      this.content = content;
    }

    private void refuseClosed() throws IOException {
      if (closed) {
        throw new IOException("the file is closed");
      }
    }

    @Override
    public int read(ByteBuffer target, long position) throws IOException {
      refuseClosed();
      if (position < 0) {
        throw new IllegalArgumentException("Negative position");
      }
      reads++;
      int count = (int) Math.max(0, Math.min(target.remaining(), content.seen.length - position));
      if (count > 0) {
        target.put(content.seen, (int) position, count);
      }
      return count;
    }

    @Override
    public void write(ByteBuffer source, long position) throws IOException {
      refuseClosed();
      int from = (int) position;
      int to = from + source.remaining();
      // The machine may stop with any part of a write on its way: a crash here leaves all its sectors pending.
      boolean stops = changes == crashAt;
      if (to > content.seen.length) {
        if (to - content.seen.length > freeBytes) {
          throw new IOException("No space left on device");
        }
        freeBytes -= to - content.seen.length;
        content.seen = Arrays.copyOf(content.seen, to);
      }
      source.get(content.seen, from, to - from);
      for (int sector = from / SECTOR; sector * SECTOR < to; sector++) {
        content.dirtySectors.add(sector);
      }
      change();
      if (stops) {
        throw new IllegalStateException("a crash was due");
      }
    }

    @Override
    public void sync() throws IOException {
      refuseClosed();
      change();
      if (syncs++ == failSyncAt) {
        content.dirtySectors.clear(); // the pages count as clean, and never reached the platter
        throw new IOException("Input/output error");
      }
      byte[] durable = Arrays.copyOf(content.durable, content.seen.length);
      for (int sector : content.dirtySectors) {
        int from = sector * SECTOR;
        System.arraycopy(content.seen, from, durable, from, Math.min(SECTOR, durable.length - from));
      }
      content.durable = durable;
      content.dirtySectors.clear();
    }

    @Override
    public long size() {
      return content.seen.length;
    }

    @Override
    public void truncate(long size) {
      change();
      content.seen = Arrays.copyOf(content.seen, (int) size);
      content.durable = Arrays.copyOf(content.durable, Math.min((int) size, content.durable.length));
    }

    @Override
    public void close() {
      closed = true;
    }
  }
}
