package io.cairn.cli.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class LineRangesProperties {

  @Property(tries = 500)
  void theLowestRangesAreKeptAndTheRestIsCounted(
      @ForAll Set<@IntRange(min = 1, max = 60) Integer> lines, @ForAll @IntRange(min = 1, max = 8) int rangesMax) {
    LineRanges ranges = new LineRanges(rangesMax);
    lines.forEach(ranges::add);
    List<Integer> listed = new ArrayList<>();
    for (String text : ranges.texts()) {
      String[] ends = text.split("-");
      for (int line = Integer.parseInt(ends[0]); line <= Integer.parseInt(ends[ends.length - 1]); line++) {
        listed.add(line);
      }
    }
    assertThat(ranges.texts()).hasSizeLessThanOrEqualTo(rangesMax);
    assertThat(listed).isSorted().doesNotHaveDuplicates().isSubsetOf(lines);
    assertThat(ranges.count()).isEqualTo(lines.size());
    assertThat(ranges.unlisted()).isEqualTo(lines.size() - listed.size());
    if (rangesMax == 8 && lines.size() <= 8) {
      assertThat(listed).containsExactlyElementsOf(new TreeSet<>(lines));
    }
  }

}
