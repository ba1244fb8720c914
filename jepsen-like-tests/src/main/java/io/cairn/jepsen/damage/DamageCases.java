package io.cairn.jepsen.damage;

import static io.cairn.jepsen.damage.Damage.BIT;
import static io.cairn.jepsen.damage.Damage.BLOCK;
import static io.cairn.jepsen.damage.Damage.CUT;
import static io.cairn.jepsen.damage.Damage.GONE;
import static io.cairn.jepsen.damage.Damage.SECTOR;
import static io.cairn.jepsen.damage.Damage.STALE;
import static io.cairn.jepsen.damage.Outcome.BROUGHT_UP;
import static io.cairn.jepsen.damage.Outcome.HALTED;
import static io.cairn.jepsen.damage.Outcome.MENDED;
import static io.cairn.jepsen.damage.Outcome.STOPPED;
import static io.cairn.jepsen.damage.Outcome.UNTOUCHED;

import java.util.ArrayList;
import java.util.List;

/** The table: every kind of file of a data directory and every kind of record in the log, by what can happen to it. */
public final class DamageCases {
  private static final Outcome[] ANY = {BROUGHT_UP};

  private final List<DamageCase> all = new ArrayList<>();

  private DamageCases() {}

  static List<DamageCase> all() {
    var cases = new DamageCases();
    cases.files();
    cases.engine();
    cases.segments();
    cases.records();
    return List.copyOf(cases.all);
  }

  private void add(Target target, Damage damage, Outcome first, Outcome... more) {
    all.add(DamageCase.of(target, damage, first, more));
  }

  private void each(Target target, List<Damage> damages, Outcome first, Outcome... more) {
    damages.forEach(damage -> add(target, damage, first, more));
  }

  private void files() {
    each(Target.identity(), List.of(BIT, SECTOR, CUT, GONE), HALTED);
    add(Target.identity(), STALE, UNTOUCHED);
    add(Target.file("LOCK"), GONE, UNTOUCHED);
    each(Target.file("BALLAST"), List.of(BIT, CUT, GONE), UNTOUCHED);
  }

  private void engine() {
    each(Target.current(), List.of(BIT, CUT, STALE, GONE), HALTED);
    each(Target.engineFile("MANIFEST", NodeFiles::manifest), List.of(BIT, SECTOR, CUT, GONE), HALTED);
    // What the older one does not know of is replayed from the log, or is missing there.
    add(Target.engineFile("MANIFEST", NodeFiles::manifest), STALE, UNTOUCHED, HALTED);
    each(Target.engineFile("OPTIONS", files -> files.engineFile("OPTIONS-")), List.of(BIT, SECTOR, CUT, GONE), UNTOUCHED);
    each(Target.engineFile("IDENTITY", files -> files.engineFile("IDENTITY")), List.of(BIT, CUT, GONE), UNTOUCHED);
    add(Target.engineFile("LOG", files -> files.engineFile("LOG")), GONE, UNTOUCHED);
    for (String family : List.of("newest", "events", "small")) {
      each(Target.table(family, "first blocks", 0.02), List.of(BIT, SECTOR), HALTED, STOPPED);
      each(Target.table(family, "footer", 1), List.of(BIT), HALTED, STOPPED);
    }
    add(Target.table("newest", "middle", 0.5), BLOCK, HALTED, STOPPED);
    add(Target.table("events", "middle", 0.5), BLOCK, HALTED, STOPPED);
    for (String family : List.of("newest", "events")) {
      each(Target.table(family, "whole", 0.5), List.of(CUT, STALE, GONE), HALTED, STOPPED);
    }
    add(Target.table("small", "whole", 0.5), GONE, HALTED, STOPPED);
  }

  private void segments() {
    each(Target.spareOrReserve("log/reserve.seg", files -> "log/reserve.seg"), List.of(BIT, BLOCK, CUT, STALE, GONE), UNTOUCHED, MENDED);
    each(Target.spareOrReserve("log segment, waiting", NodeFiles::spare), List.of(BIT, BLOCK, CUT, STALE, GONE), UNTOUCHED, MENDED);
    Target oldest = Target.segment("first", log -> log.begun().getFirst(), files -> files.now(LogPlaces.nameOf(files.log().begun().get(1))));
    each(oldest, List.of(CUT, STALE), MENDED, ANY);
    // A log may begin anywhere, unless what was cut off is not in the engine.
    add(oldest, GONE, UNTOUCHED, HALTED);
    Target middle = Target.segment("between", log -> log.begun().get(log.begun().size() - 2),
        files -> files.now(LogPlaces.nameOf(files.log().begun().getFirst())));
    each(middle, List.of(CUT, STALE, GONE), MENDED, ANY);
    add(Target.activeSegment(), CUT, HALTED, BROUGHT_UP, MENDED);
    add(Target.activeSegment(), STALE, HALTED, UNTOUCHED);
    add(Target.activeSegment(), GONE, HALTED, UNTOUCHED);
    all.add(DamageCase.of(Target.activeSegment(), STALE, HALTED).afterAnOrderlyEnd());
    all.add(DamageCase.of(Target.activeSegment(), GONE, HALTED).afterAnOrderlyEnd());
  }

  private void records() {
    each(Target.header("first copy, last segment", true, 40), List.of(BIT, SECTOR), MENDED, ANY);
    add(Target.headerCopy(true), BIT, MENDED, ANY);
    add(Target.headerCopy(false), SECTOR, MENDED, ANY);
    each(Target.older("table", LogPlaces::isTable), List.of(BIT, BLOCK), MENDED, ANY);
    each(Target.older("batch", LogPlaces::isBatch), List.of(BIT, SECTOR), MENDED, ANY);
    each(Target.older("entries", LogPlaces::isEntries), List.of(BIT, SECTOR, BLOCK), MENDED, ANY);
    each(Target.older("entry", LogPlaces::isEntry), List.of(BIT), MENDED, ANY);
    each(Target.active("entry", LogPlaces::isEntry), List.of(BIT, BLOCK), MENDED, ANY);
    each(Target.older("hard state", LogPlaces::isState), List.of(BIT, SECTOR), MENDED, ANY);
    each(Target.last("hard state", LogPlaces::isState), List.of(BIT, SECTOR), MENDED, ANY);
    each(Target.stateCopy(), List.of(BIT, SECTOR), MENDED, ANY);
    each(Target.restart(), List.of(BIT, SECTOR), MENDED, ANY);
    each(Target.last("batch", LogPlaces::isBatch), List.of(BIT, SECTOR, BLOCK), MENDED, ANY);
    each(Target.unwritten(), List.of(BIT, SECTOR), MENDED, ANY);
  }
}
