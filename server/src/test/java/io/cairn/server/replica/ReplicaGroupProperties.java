package io.cairn.server.replica;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.server.testing.Commands;
import io.cairn.server.testing.Outcomes;
import io.cairn.storage.mvcc.WriteResult;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** What reads may claim, over replicas, delays and other shards' revisions drawn by chance. */
class ReplicaGroupProperties {
  private static final long MILLI = ReplicaGroup.MILLI;

  /** A read, what was acknowledged before it was sent, and what its replica showed when it was answered. */
  private static final class Watched {
    private final ReplicaGroup.Member at;
    private final long acknowledged;
    private final long context;
    private long revision = -1;
    private long shown;

    Watched(ReplicaGroup.Member at, long acknowledged, long context) {
      this.at = at;
      this.acknowledged = acknowledged;
      this.context = context;
    }
  }

  @Property(tries = 60)
  void aReplicaAnswersAtARevisionOnlyWithAllThatWasWrittenUpToIt(@ForAll long seed) {
    var group = new ReplicaGroup(3, seed);
    group.leader();
    var random = group.random().split("steps");
    group.delay = () -> random.nextLong(4 * MILLI);
    List<Outcomes<WriteResult.Done>> writes = new ArrayList<>();
    List<Watched> reads = new ArrayList<>();
    for (int step = 0; step < 120; step++) {
      switch ((int) random.nextLong(6)) {
        case 0, 1 -> {
          var leader = group.members.stream().filter(member -> member.replica.isLeader()).findFirst();
          int sequence = step + 1;
          leader.ifPresent(at -> writes.add(at.write(Commands.put(1, sequence, "k" + sequence % 5, "v" + sequence))));
        }
        case 2, 3 -> reads.add(read(group, random.nextLong(3), acknowledged(writes), random.nextLong(2) * acknowledged(writes)));
        case 4 -> group.oracle.burn((int) random.nextLong(5));
        default -> group.loops.advance(random.nextLong(6 * MILLI));
      }
      group.loops.advance(random.nextLong(MILLI / 2));
    }
    group.loops.advance(3_000 * MILLI);

    assertThat(group.broken).isEmpty();
    assertThat(writes).allSatisfy(write -> assertThat(write.open()).isFalse());
    for (Watched read : reads) {
      assertThat(read.revision).as("a read was answered").isGreaterThanOrEqualTo(read.context);
      long upTo = writes.stream().filter(Outcomes::isDone).mapToLong(write -> write.value().revision())
          .filter(revision -> revision <= Math.max(read.revision, read.acknowledged)).max().orElse(1);
      assertThat(read.shown).as("what replica %s had applied when it answered at %d", read.at.net.name(), read.revision)
          .isGreaterThanOrEqualTo(upTo);
    }
  }

  private static long acknowledged(List<Outcomes<WriteResult.Done>> writes) {
    return writes.stream().filter(Outcomes::isDone).mapToLong(write -> write.value().revision()).max().orElse(0);
  }

  private static Watched read(ReplicaGroup group, long member, long acknowledged, long context) {
    var read = new Watched(group.members.get((int) member), acknowledged, context);
    read.at.net.execute(() -> read.at.replica.read(new ReadRequest(context, group.loops.nanoTime() + 5_000 * MILLI, outcome -> {
      if (outcome instanceof io.cairn.server.outcome.Outcome.Done<Long>(var revision)) {
        read.revision = revision;
        read.shown = read.at.replica.store().applied().revision();
      }
    })));
    return read;
  }
}
