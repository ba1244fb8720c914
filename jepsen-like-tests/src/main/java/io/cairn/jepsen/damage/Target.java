package io.cairn.jepsen.damage;

import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * Which bytes are damaged.
 *
 * @param name of the kind of file, or of record and file
 * @param find where they are, in a directory that nobody uses
 * @param older what an older copy of the file would be
 * @param needs what must have happened on the node for it to be there, or for an older copy to be another one
 */
record Target(String name, Function<NodeFiles, Place> find, Function<NodeFiles, Path> older, Past needs) {

  /** What a node has lived through. */
  enum Past { ANY, ANOTHER_LIFE, ANOTHER_MEMBER, SNAPSHOT }

  private Target(String name, Function<NodeFiles, Place> find, Function<NodeFiles, Path> older) {
    this(name, find, older, Past.ANY);
  }

  private Target needing(Past past) {
    return new Target(name, find, older, past);
  }

  /** A file, relative to the directory, and a byte of it. */
  record Place(String file, long at) {}

  private static final int PAGE = 4096;

  // ---- files

  /** The middle of a file that is always called so; an older copy is of when the cluster was new. */
  static Target file(String file) {
    return new Target(file, files -> middle(files, file), files -> files.first(file));
  }

  static Target identity() {
    return file("IDENTITY").needing(Past.ANOTHER_MEMBER);
  }

  /** The same where there is no older copy that differs. */
  static Target spareOrReserve(String name, Function<NodeFiles, String> file) {
    // What it was before it was cleared away: another segment.
    return new Target(name, files -> middle(files, file.apply(files)), files -> files.now(LogPlaces.nameOf(files.log().begun().getFirst())));
  }

  static Target engineFile(String name, Function<NodeFiles, String> file) {
    return new Target("engine/" + name, files -> middle(files, file.apply(files)), files -> files.earlier(file.apply(files)));
  }

  /** CURRENT of an earlier life. */
  static Target current() {
    return new Target("engine/CURRENT", files -> new Place("engine/CURRENT", 10), files -> files.first("engine/CURRENT")).needing(Past.ANOTHER_LIFE);
  }

  /** What the engine holds of a family, at a part of the file's length; an older copy is another table's bytes under its name. */
  static Target table(String family, String part, double share) {
    return new Target("engine/*.sst of " + family + ", " + part, files -> {
      String table = files.table(family);
      return new Place(table, share >= 1 ? files.size(table) - 5 : (long) (files.size(table) * share));
    }, files -> {
      String table = files.table(family);
      List<String> others = files.in("engine", name -> name.endsWith(".sst") && !name.equals(table));
      return files.now(others.getFirst());
    });
  }

  private static Place middle(NodeFiles files, String file) {
    return new Place(file, files.size(file) / 2);
  }

  // ---- the log

  /** A whole segment; {@code at} is where it would be cut off. */
  static Target segment(String which, Function<LogPlaces, Integer> number, Function<NodeFiles, Path> older) {
    return new Target("log segment, " + which, files -> {
      String file = LogPlaces.nameOf(number.apply(files.log()));
      return new Place(file, files.size(file) / 2);
    }, older);
  }

  /** The last segment; an older copy has less of it, and cut off it ends before its last batch. */
  static Target activeSegment() {
    return new Target("log segment, last", files -> {
      LogPlaces.Line batch = files.log().last("batch", LogPlaces::isBatch);
      return new Place(batch.file(), batch.at());
    }, files -> files.earlier(LogPlaces.nameOf(files.log().active())));
  }

  /** Behind the head of the last segment. */
  static Target header(String name, boolean ofLast, int at) {
    return new Target("log header, " + name, files -> {
      LogPlaces log = files.log();
      return new Place(LogPlaces.nameOf(ofLast ? log.active() : log.begun().getFirst()), at);
    }, Target::none);
  }

  static Target headerCopy(boolean ofLast) {
    return header(ofLast ? "second copy, last segment" : "second copy, first segment", ofLast, PAGE + 40);
  }

  /** A record of the kind in a segment before the last. */
  static Target older(String kind, Predicate<LogPlaces.Line> such) {
    return record(kind + ", older segment", files -> {
      int active = files.log().active();
      return files.log().any(files.random(), kind + " in an older segment", line -> line.segment() < active && such.test(line));
    });
  }

  /** The last record of the kind in the last segment. */
  static Target last(String kind, Predicate<LogPlaces.Line> such) {
    return record(kind + ", last of the log", files -> files.log().last(kind, such));
  }

  /** The first of the kind in the last segment. */
  static Target active(String kind, Predicate<LogPlaces.Line> such) {
    return record(kind + ", last segment", files -> {
      int active = files.log().active();
      return files.log().any(files.random(), kind + " in the last segment", line -> line.segment() == active && such.test(line));
    });
  }

  /** The second copy of a term and vote: there is one where they change, as on a node that has just come. */
  static Target stateCopy() {
    return record("hard state, second copy", files -> files.log().any(files.random(), "second copy", LogPlaces::isCopy)).needing(Past.SNAPSHOT);
  }

  /** Where a log goes on behind a snapshot. */
  static Target restart() {
    return record("restart", files -> files.log().any(files.random(), "restart", LogPlaces::isRestart)).needing(Past.SNAPSHOT);
  }

  private static Target record(String name, Function<NodeFiles, LogPlaces.Line> find) {
    return new Target("log record: " + name, files -> {
      LogPlaces.Line line = find.apply(files);
      return new Place(line.file(), line.at() + 2);
    }, Target::none);
  }

  /** Where nothing was written yet, at the end of the last segment. */
  static Target unwritten() {
    return new Target("log, unwritten sectors", files -> {
      String file = LogPlaces.nameOf(files.log().active());
      return new Place(file, files.size(file) - PAGE / 2);
    }, Target::none);
  }

  private static Path none(NodeFiles files) {
    throw new IllegalStateException("a record has no older copy of its own");
  }
}
