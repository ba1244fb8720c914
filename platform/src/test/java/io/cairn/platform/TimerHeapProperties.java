package io.cairn.platform;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** The heap against a sorted list. */
class TimerHeapProperties {

  @Property(tries = 200)
  void theFirstIsAlwaysTheEarliest(@ForAll long seed) {
    var random = new SplittableRandom(seed);
    long origin = random.nextInt(2) == 0 ? Long.MAX_VALUE - 50 : 0; // deadlines may wrap
    var heap = new TimerHeap();
    List<TimerHeap.Node> model = new ArrayList<>();
    for (int i = 0; i < 400; i++) {
      if (model.isEmpty() || random.nextInt(5) < 3) {
        var node = new TimerHeap.Node(origin + random.nextInt(100), i, () -> {});
        heap.add(node);
        model.add(node);
      } else {
        TimerHeap.Node gone = random.nextBoolean() ? heap.first() : model.get(random.nextInt(model.size()));
        heap.remove(gone);
        heap.remove(gone);
        model.remove(gone);
      }
      model.sort(Comparator.<TimerHeap.Node>comparingLong(node -> node.deadline - origin).thenComparingLong(node -> node.order));
      assertThat(heap.size()).isEqualTo(model.size());
      assertThat(heap.first()).isSameAs(model.isEmpty() ? null : model.get(0));
    }
  }
}
