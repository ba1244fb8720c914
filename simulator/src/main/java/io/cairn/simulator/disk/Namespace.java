package io.cairn.simulator.disk;

import io.cairn.simulator.schedule.SimRandom;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;

/** The names of a disk: as processes see them, as they are durable, and the changes in between. */
final class Namespace {
  private TreeMap<String, Inode> cached = new TreeMap<>();
  private TreeSet<String> cachedFolders = new TreeSet<>();
  private final TreeMap<String, Inode> durable = new TreeMap<>();
  private final TreeSet<String> durableFolders = new TreeSet<>();
  private final List<Change> pending = new ArrayList<>();

  static String normal(String path) {
    String shorter = path;
    while (shorter.length() > 1 && shorter.endsWith("/")) {
      shorter = shorter.substring(0, shorter.length() - 1);
    }
    return shorter;
  }

  /** The folder a name lies in; empty for a name without one. */
  static String folderOf(String path) {
    int slash = path.lastIndexOf('/');
    return slash < 0 ? "" : slash == 0 ? "/" : path.substring(0, slash);
  }

  Inode find(String path) throws NoSuchFileException {
    Inode inode = cached.get(path);
    if (inode == null) {
      throw new NoSuchFileException(path);
    }
    return inode;
  }

  boolean exists(String path) {
    return cached.containsKey(path) || isFolder(path);
  }

  boolean isFolder(String path) {
    return path.isEmpty() || path.equals("/") || cachedFolders.contains(path);
  }

  List<String> list(String folder) {
    TreeSet<String> names = new TreeSet<>();
    for (String path : cached.keySet()) {
      addName(names, folder, path);
    }
    for (String path : cachedFolders) {
      addName(names, folder, path);
    }
    return new ArrayList<>(names);
  }

  /** Every file a process can see, and every one that a crash can bring back. */
  Collection<Inode> inodes() {
    List<Inode> all = new ArrayList<>(cached.values());
    for (Inode inode : durable.values()) {
      addOnce(all, inode);
    }
    for (Change change : pending) {
      if (change.inode != null) {
        addOnce(all, change.inode);
      }
    }
    return all;
  }

  boolean hasPending(String folder, long now) {
    for (java.util.Map.Entry<String, Inode> file : cached.tailMap(folder).entrySet()) {
      if (!file.getKey().startsWith(folder)) {
        return false;
      }
      if (file.getValue().pendingChanges(now) > 0) {
        return true;
      }
    }
    return false;
  }

  long bytes() {
    long sum = 0;
    for (Inode inode : cached.values()) {
      sum += inode.size();
    }
    return sum;
  }

  Inode create(String path, long issuedAt) throws FileAlreadyExistsException, NoSuchFileException {
    checkFolder(path);
    if (exists(path)) {
      throw new FileAlreadyExistsException(path);
    }
    Inode inode = new Inode();
    inode.name(path);
    change(new Change(null, path, inode, false, issuedAt));
    return inode;
  }

  void delete(String path, long issuedAt) throws NoSuchFileException {
    find(path);
    change(new Change(path, null, cached.get(path), false, issuedAt));
  }

  void rename(String from, String to, long issuedAt) throws NoSuchFileException {
    checkFolder(to);
    Inode inode = find(from);
    if (!from.equals(to)) {
      inode.name(to);
      change(new Change(from, to, inode, false, issuedAt));
    }
  }

  /** Makes the folder alone; those above it are there. Durable from {@code durableAt} on. */
  void createFolder(String path, long issuedAt, long durableAt) throws FileAlreadyExistsException {
    if (cached.containsKey(path)) {
      throw new FileAlreadyExistsException(path);
    }
    Change made = new Change(null, path, null, true, issuedAt);
    made.durableAt = durableAt;
    change(made);
  }

  void sync(String folder, long endsAt, long now) throws NoSuchFileException {
    if (!isFolder(folder)) {
      throw new NoSuchFileException(folder);
    }
    for (Change change : pending) {
      if (change.touches(folder)) {
        change.durableAt = Math.min(change.durableAt, endsAt);
      }
    }
    settle(now);
  }

  /** A failed sync of a folder: what it should have made durable never is. */
  void dropPending(String folder, long now) {
    settle(now);
    pending.removeIf(change -> change.durableAt == Long.MAX_VALUE && change.touches(folder));
  }

  void processDied(long diedAt) {
    settle(diedAt);
    if (pending.removeIf(change -> change.issuedAt > diedAt)) {
      rebuild();
    }
  }

  void powerLost(long diedAt, CrashLoss loss, SimRandom random) {
    settle(diedAt);
    for (Change change : pending) {
      boolean survives = random.chance(0.5);
      if (change.issuedAt <= diedAt && (loss == CrashLoss.NOTHING || loss == CrashLoss.DRAWN && survives)) {
        change.applyTo(durable, durableFolders);
      }
    }
    pending.clear();
    durable.keySet().removeIf(path -> !folderKept(path));
    rebuild();
  }

  private boolean folderKept(String path) {
    String folder = folderOf(path);
    return folder.isEmpty() || folder.equals("/") || durableFolders.contains(folder);
  }

  private void change(Change change) {
    change.applyTo(cached, cachedFolders);
    pending.add(change);
  }

  private void settle(long now) {
    pending.removeIf(change -> {
      if (change.durableAt <= now) {
        change.applyTo(durable, durableFolders);
        return true;
      }
      return false;
    });
  }

  private void rebuild() {
    cached = new TreeMap<>(durable);
    cachedFolders = new TreeSet<>(durableFolders);
    for (Change change : pending) {
      change.applyTo(cached, cachedFolders);
    }
  }

  private void checkFolder(String path) throws NoSuchFileException {
    if (!isFolder(folderOf(path))) {
      throw new NoSuchFileException(path);
    }
  }

  private static void addName(TreeSet<String> names, String folder, String path) {
    if (folderOf(path).equals(folder)) {
      names.add(path.substring(path.lastIndexOf('/') + 1));
    }
  }

  private static void addOnce(List<Inode> all, Inode inode) {
    if (!all.contains(inode)) {
      all.add(inode);
    }
  }

  /** A name that goes ({@code from}), comes ({@code to}), or both. */
  private static final class Change {
    final String from;
    final String to;
    final Inode inode;
    final boolean folder;
    final long issuedAt;
    long durableAt = Long.MAX_VALUE;

    Change(String from, String to, Inode inode, boolean folder, long issuedAt) {
      this.from = from;
      this.to = to;
      this.inode = inode;
      this.folder = folder;
      this.issuedAt = issuedAt;
    }

    boolean touches(String directory) {
      return from != null && folderOf(from).equals(directory) || to != null && folderOf(to).equals(directory);
    }

    void applyTo(TreeMap<String, Inode> names, TreeSet<String> folders) {
      if (folder) {
        folders.add(to);
        return;
      }
      if (from != null && names.get(from) == inode) {
        names.remove(from);
      }
      if (to != null) {
        names.put(to, inode);
      }
    }
  }
}
