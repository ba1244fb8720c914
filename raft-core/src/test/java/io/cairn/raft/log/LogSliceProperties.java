package io.cairn.raft.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Label;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;

/** RC-12: what a slice accepts is contiguous, whatever it is given. */
class LogSliceProperties {

  private static List<Entry> entries(EntryId previous, List<Long> termSteps) {
    var entries = new ArrayList<Entry>();
    long term = previous.term();
    for (long step : termSteps) {
      term += step;
      entries.add(new Entry(term, previous.index() + entries.size() + 1, EntryKind.COMMAND, new byte[0]));
    }
    return entries;
  }

  @Property
  void acceptsWhatFollows(@ForAll @LongRange(min = 0, max = 5) long term, @ForAll @LongRange(min = 0, max = 100) long index,
      @ForAll @Size(max = 8) List<@LongRange(min = 0, max = 2) Long> termSteps) {
    var previous = new EntryId(term, index);
    var slice = new LogSlice(previous, entries(previous, termSteps));
    assertThat(slice.last().index()).isEqualTo(index + termSteps.size());
    for (Entry entry : slice.entries()) {
      LogSlice rest = slice.after(entry.id());
      assertThat(rest.last()).isEqualTo(slice.last());
      assertThat(rest.entries().size()).isEqualTo(slice.last().index() - entry.index());
    }
  }

  @Property
  @Label("RC-12 an entry left out, doubled or of a lower term is refused")
  void refusesEveryGapDoubleAndFallingTerm(@ForAll @Size(min = 2, max = 8) List<@LongRange(min = 0, max = 2) Long> termSteps,
      @ForAll @IntRange(min = 0, max = 6) int at, @ForAll @IntRange(min = 0, max = 2) int damage) {
    var previous = new EntryId(3, 10);
    List<Entry> entries = entries(previous, termSteps);
    int place = Math.min(at, entries.size() - 2);
    switch (damage) {
      case 0 -> entries.remove(place);
      case 1 -> entries.add(place, entries.get(place));
      default -> entries.set(place, new Entry(2, entries.get(place).index(), EntryKind.COMMAND, new byte[0]));
    }
    assertThatThrownBy(() -> new LogSlice(previous, entries)).isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("does not follow");
  }
}
