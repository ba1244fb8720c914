package io.cairn.client.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.client.ByteSeq;
import io.cairn.client.ChildrenOptions;
import io.cairn.client.KeyRange;
import io.cairn.client.RangeOptions;
import io.cairn.client.fake.FakeNode;
import io.cairn.protocol.fuzz.MessageInputs;
import io.cairn.protocol.wire.Response;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Nodes that answer nonsense: every call ends once, by its deadline, with an answer or a typed exception. */
class AnswerFuzzTest {

  private static final int CALLS = 3_000;

  @Test
  void everyCallEndsOnceByItsDeadlineWhateverItIsAnswered() {
    int done = 0;
    for (int number = 0; number < CALLS; number++) {
      var random = new SplittableRandom(number);
      var sim = new Simulation("m");
      int honest = random.nextInt(4);
      for (int node = 1; node <= 3; node++) {
        if (node != honest) {
          sim.node(node).script(request -> random.nextInt(3) == 0 ? null
              : random.nextInt(10) == 0 ? FakeNode.SILENCE
              : (Response) MessageInputs.message(Response.getDefaultInstance(), random));
        }
      }
      Operation<?> operation = operation(random);
      try {
        Simulation.Ended<?> ended = sim.await(sim.start(operation));
        assertThat(ended.times).isEqualTo(1);
        done += ended.why == null ? 1 : 0;
        sim.core.close();
      } catch (RuntimeException | AssertionError e) {
        throw new AssertionError("call " + number + ", a " + operation, e);
      }
    }
    assertThat(done).as("answered in the end").isBetween(CALLS / 20, CALLS - 1);
  }

  private static Operation<?> operation(SplittableRandom random) {
    return switch (random.nextInt(8)) {
      case 0, 1 -> new Operation.Put(ByteSeq.utf8("k"), ByteSeq.utf8("v"), random.nextBoolean());
      case 2 -> new Operation.Get(ByteSeq.utf8("z"), 0, Optional.empty());
      case 3 -> new Operation.Range(KeyRange.all(), RangeOptions.DEFAULT);
      case 4 -> new Operation.Children(ByteSeq.utf8("a"), ChildrenOptions.DEFAULT);
      case 5 -> new Operation.Delete(ByteSeq.utf8("k"), false);
      case 6 -> new Operation.Map();
      default -> new Operation.Status("n1");
    };
  }
}
