package io.cairn.raft.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.raft.RaftSettings;
import io.cairn.raft.Ready;
import io.cairn.raft.ReplicaId;
import io.cairn.raft.TestDisk;
import io.cairn.raft.membership.Membership;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.TreeSet;
import net.jqwik.api.ForAll;
import net.jqwik.api.Label;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** A log under random appends, replacements, writes, commits and cuts, against a plain list. */
class RaftLogProperties {

  private static final Membership ALONE = Membership.of(new TreeSet<>(List.of(new ReplicaId(1))));

  @Property(tries = 300)
  @Label("RC-05 RC-06 every committed and durable entry is handed out once, in order, whatever the limits are")
  void behavesAsAList(@ForAll long seed, @ForAll @IntRange(min = 1, max = 400) int windowBytes,
      @ForAll @IntRange(min = 1, max = 200) int applyBytes) {
    var random = new Random(seed);
    var settings = new RaftSettings(300, 1, 10, 100, windowBytes, 1, 1000, applyBytes);
    var disk = new TestDisk();
    var log = new RaftLog(disk, HardState.INITIAL, 0, ALONE, settings);
    var model = new ArrayList<Entry>();
    var applied = new ArrayList<Entry>();
    long term = 1;
    long handed = 0;
    for (int step = 0; step < 120; step++) {
      switch (random.nextInt(7)) {
        case 0, 1 -> {
          Entry entry = new Entry(term, model.size() + 1, EntryKind.COMMAND, new byte[random.nextInt(60)]);
          log.append(entry);
          model.add(entry);
        }
        case 2 -> {
          term++;
          int keep = (int) log.committed() + random.nextInt(model.size() - (int) log.committed() + 1);
          EntryId previous = keep == 0 ? EntryId.ZERO : model.get(keep - 1).id();
          Entry entry = new Entry(term, keep + 1, EntryKind.COMMAND, new byte[random.nextInt(60)]);
          model.subList(keep, model.size()).clear();
          model.add(entry);
          log.accept(new LogSlice(previous, List.of(entry)));
        }
        case 3 -> {
          if (log.hasUnwritten()) {
            List<Entry> entries = log.takeUnwritten();
            long ticket = log.unstable().handedOut(HardState.INITIAL, entries.getLast().index());
            disk.write(new Ready(ticket, List.of(), Optional.empty(), entries, List.of(), List.of(), List.of(), List.of(), List.of(),
                Optional.empty()));
          }
        }
        case 4 -> {
          if (!disk.isIdle()) {
            log.persisted(disk.syncOne().ticket());
          }
        }
        case 5 -> log.commitTo(log.committed() + random.nextInt((int) (log.last() - log.committed()) + 1));
        default -> {
          List<Entry> entries = log.takeCommitted();
          applied.addAll(entries);
          handed = applied.size();
          if (random.nextBoolean()) {
            log.applied(handed);
          }
          // What was handed out may be applied, flushed and cut before its report comes in.
          if (random.nextInt(4) == 0 && handed > disk.base().index()) {
            disk.cut(handed);
          }
        }
      }
      assertThat(log.last()).isEqualTo(model.size());
      assertThat(log.persisted()).isLessThanOrEqualTo(disk.last().index());
    }
    for (Entry entry : applied) {
      assertThat(entry).isSameAs(model.get((int) entry.index() - 1));
    }
    assertThat(applied).doesNotHaveDuplicates();
    checkReads(log, model, disk);
  }

  private static void checkReads(RaftLog log, List<Entry> model, TestDisk disk) {
    for (long index = disk.base().index() + 1; index <= model.size(); index++) {
      assertThat(log.term(index)).isEqualTo(model.get((int) index - 1).term());
      assertThat(log.entry(index)).isSameAs(model.get((int) index - 1));
      List<Entry> slice = log.entries(index, 120);
      assertThat(slice).isNotEmpty().isEqualTo(model.subList((int) index - 1, (int) index - 1 + slice.size()));
      for (long term = 0; term <= log.lastId().term() + 1; term++) {
        assertThat(log.lastAtOrBelow(index, term)).isEqualTo(naive(log, disk, index, term));
      }
    }
  }

  /** By walking back one by one. */
  private static EntryId naive(RaftLog log, TestDisk disk, long index, long term) {
    for (long at = index; at >= disk.base().index(); at--) {
      if (log.term(at) <= term) {
        return new EntryId(log.term(at), at);
      }
    }
    return EntryId.ZERO;
  }
}
