package io.cairn.server.replica;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.cairn.protocol.wire.ErrorCode;
import io.cairn.server.command.EntryPayload;
import io.cairn.server.oracle.Revisions;
import io.cairn.server.outcome.Refusal;
import io.cairn.server.testing.Commands;
import io.cairn.server.testing.CountingOracle;
import io.cairn.server.testing.Outcomes;
import io.cairn.server.testing.VirtualLoops;
import io.cairn.storage.mvcc.WriteResult;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class WriteBatchesTest {
  private static final long SECOND = 1_000_000_000L;
  private static final WriteBounds BOUNDS = new WriteBounds(1_000, 3, 100_000, 17);

  private final VirtualLoops loops = new VirtualLoops();
  private final VirtualLoops.VirtualLoop net = loops.loop("net-0");
  private final CountingOracle oracle = new CountingOracle();
  private final Revisions revisions = new Revisions(net, oracle);
  private final Leading leading = new Leading();
  private final WriteBatches batches = new WriteBatches(loops, net, revisions, BOUNDS, leading);
  private long sequence;

  private static final class Leading implements WriteBatches.Proposer {
    boolean handingOver;

    @Override
    public boolean handingOver() {
      return handingOver;
    }

    private record Proposal(long first, List<WriteRequest> writes) {}

    private final List<Proposal> proposals = new ArrayList<>();
    private boolean leads = true;
    private boolean logTakes = true;
    private long term = 3;
    private long floor = 1;
    private int applied;
    private int settled;

    @Override
    public boolean canPropose() {
      return leads;
    }

    @Override
    public long term() {
      return term;
    }

    @Override
    public Refusal notLeader() {
      return Refusal.notLeader(1, "n2");
    }

    @Override
    public long revisionFloor() {
      return floor;
    }

    @Override
    public boolean propose(long firstRevision, byte[] payload, List<WriteRequest> writes) {
      if (logTakes) {
        assertThat(EntryPayload.decodeCommands(payload).firstRevision()).isEqualTo(firstRevision);
        assertThat(EntryPayload.decodeCommands(payload).writes()).hasSameSizeAs(writes);
        assertThat(EntryPayload.decodeCommands(payload).clientRecordsMax()).isEqualTo(17);
        proposals.add(new Proposal(firstRevision, writes));
      }
      return logTakes;
    }

    @Override
    public int proposedBatches() {
      return proposals.size() - applied;
    }

    @Override
    public void rangeSettled() {
      settled++;
    }
  }

  private Outcomes<WriteResult.Done> add(int valueBytes, long seen, long deadlineIn) {
    var outcome = new Outcomes<WriteResult.Done>();
    ByteString bytes = Commands.put(1, ++sequence, "k", "v".repeat(valueBytes)).setSeen(seen).build().toByteString();
    net.now(() -> batches.add(new WriteRequest(bytes, seen, loops.nanoTime() + deadlineIn, outcome)));
    return outcome;
  }

  private Outcomes<WriteResult.Done> add() {
    return add(1, 0, 5 * SECOND);
  }

  private void turn() {
    net.now(batches::close);
    loops.run();
  }

  private List<Integer> sizes() {
    return leading.proposals.stream().map(proposal -> proposal.writes.size()).toList();
  }

  @Test
  void whatArrivesInOneTurnIsOneBatchUpToTheBoundOfCommands() {
    for (int i = 0; i < 4; i++) {
      add();
    }
    turn();

    assertThat(sizes()).containsExactly(3, 1);
    assertThat(leading.proposals).extracting(Leading.Proposal::first).containsExactly(2L, 5L);
  }

  @Test
  void aBatchStaysBelowTheBoundOfBytes() {
    add(450, 0, SECOND);
    add(450, 0, SECOND);
    turn();

    assertThat(sizes()).containsExactly(1, 1);
  }

  @Test
  void aCommandOverTheBoundTravelsAlone() {
    add();
    add(5_000, 0, SECOND);
    add();
    turn();
    leading.applied = 2;
    turn();

    assertThat(sizes()).containsExactly(1, 1, 1);
  }

  @Test
  void twoBatchesAreUnderWayAndTheRestGathers() {
    for (int turns = 0; turns < 5; turns++) {
      add();
      turn();
    }
    assertThat(sizes()).containsExactly(1, 1);

    leading.applied = 1;
    turn();

    assertThat(sizes()).containsExactly(1, 1, 3);
  }

  @Test
  void revisionsAreAskedForExactlyTheClosedBatch() {
    oracle.hold();
    add();
    add();
    turn();
    add(); // Closed later: it must not slip into the range asked for.
    turn();

    assertThat(oracle.requests()).containsExactly(List.of(2));
    oracle.release();
    loops.run();
    assertThat(oracle.requests()).containsExactly(List.of(2), List.of(1));
    assertThat(sizes()).containsExactly(2, 1);
  }

  @Test
  void aRangeAtOrBelowTheFloorIsBurntAndAnotherOneAskedFor() {
    leading.floor = 2;
    Outcomes<WriteResult.Done> write = add();
    turn();

    assertThat(oracle.requests()).hasSize(2);
    assertThat(leading.proposals).extracting(Leading.Proposal::first).containsExactly(3L);
    assertThat(write.open()).isTrue();
  }

  @Test
  void aRangeOfAnEarlierTermIsDroppedAndTheRefusalIsCertain() {
    oracle.hold();
    Outcomes<WriteResult.Done> write = add();
    turn();
    leading.term = 4;
    oracle.release();
    loops.run();

    assertThat(leading.proposals).isEmpty();
    assertThat(write.refusal().code()).isEqualTo(ErrorCode.NOT_LEADER);
    assertThat(write.refusal().leaderNode()).isEqualTo("n2");
  }

  @Test
  void leadershipLostRefusesAllAndALateRangeFindsNobody() {
    oracle.hold();
    Outcomes<WriteResult.Done> closed = add();
    turn();
    Outcomes<WriteResult.Done> queued = add();
    net.now(() -> batches.refuseAll(leading.notLeader()));

    assertThat(closed.refusal().code()).isEqualTo(ErrorCode.NOT_LEADER);
    assertThat(queued.refusal().code()).isEqualTo(ErrorCode.NOT_LEADER);
    assertThat(batches.queuedBytes()).isZero();
    oracle.release();
    loops.run();
    assertThat(leading.proposals).isEmpty();
  }

  @Test
  void aSeenThatWasNeverHandedOutIsRefusedAndTheOthersOfItsBatchGoOn() {
    Outcomes<WriteResult.Done> honest = add();
    Outcomes<WriteResult.Done> madeUp = add(1, 2, SECOND);
    turn();

    assertThat(madeUp.refusal().code()).isEqualTo(ErrorCode.FUTURE_REVISION);
    assertThat(sizes()).containsExactly(1);
    assertThat(honest.open()).isTrue();
  }

  @Test
  void aLogThatTakesNoMoreRefusesForCertain() {
    leading.logTakes = false;
    Outcomes<WriteResult.Done> write = add();
    turn();

    assertThat(write.refusal().code()).isEqualTo(ErrorCode.OVERLOADED);
    assertThat(write.refusal().retryAfterMillis()).isPositive();
  }

  @Test
  void aWriteWhoseTimeIsOverIsNotBegun() {
    Outcomes<WriteResult.Done> late = add(1, 0, SECOND);
    Outcomes<WriteResult.Done> inTime = add(1, 0, 2 * SECOND);
    loops.pause(SECOND);
    turn();

    assertThat(late.refusal().code()).isEqualTo(ErrorCode.DEADLINE);
    assertThat(sizes()).containsExactly(1);
    assertThat(inTime.open()).isTrue();
  }

  @Test
  void withoutAnOracleEachWriteEndsByItsDeadline() {
    oracle.hold();
    Outcomes<WriteResult.Done> first = add(1, 0, SECOND);
    Outcomes<WriteResult.Done> second = add(1, 0, 2 * SECOND);
    turn();
    Outcomes<WriteResult.Done> queued = add(1, 0, SECOND);
    loops.pause(SECOND);
    net.now(batches::expire);

    assertThat(first.refusal().code()).isEqualTo(ErrorCode.DEADLINE);
    assertThat(queued.refusal().code()).isEqualTo(ErrorCode.DEADLINE);
    assertThat(batches.queuedBytes()).isZero();
    oracle.release();
    loops.run();
    assertThat(sizes()).containsExactly(1);
    assertThat(leading.proposals.getFirst().writes.getFirst().completion()).isSameAs(second);
  }

  @Test
  void aBatchNobodyWaitsForAnyMoreHoldsNothingUp() {
    oracle.hold();
    add(1, 0, SECOND);
    turn();
    revisions.learn(40);
    assertThat(batches.mayGetAtOrBelow(40)).isTrue();
    loops.pause(SECOND);
    net.now(batches::expire);

    assertThat(batches.mayGetAtOrBelow(40)).isFalse();
    assertThat(leading.settled).isEqualTo(1);
    oracle.release();
    loops.run();
    assertThat(leading.proposals).isEmpty();
  }

  @Test
  void nothingIsClosedBeforeTheLeaderIsReady() {
    leading.leads = false;
    add();
    turn();
    assertThat(oracle.requests()).isEmpty();

    leading.leads = true;
    turn();

    assertThat(sizes()).containsExactly(1);
  }

  @Test
  void sendersTakeTurnsSoThatOneWithMuchHoldsUpNobodyWithLittle() {
    oracle.hold();
    var order = new ArrayList<String>();
    String[] senders = {"much", "little", "some"};
    for (int i = 0; i < 50; i++) {
      add(senders[0], i, order);
    }
    add(senders[1], 0, order);
    add(senders[2], 0, order);
    add(senders[2], 1, order);
    assertThat(batches.queuedBytes()).isPositive();
    for (int turns = 0; turns < 100; turns++) {
      batches.close();
      oracle.release();
      loops.run();
      leading.applied = leading.proposals.size();
    }
    leading.proposals.forEach(proposal -> proposal.writes().forEach(write -> write.completion().done(null)));
    assertThat(order).hasSize(53);
    assertThat(order.indexOf("little 0")).isLessThan(6);
    assertThat(order.indexOf("some 1")).isLessThan(8);
    assertThat(order.stream().filter(each -> each.startsWith("much")).toList())
        .as("the order of one sender").isEqualTo(java.util.stream.IntStream.range(0, 50).mapToObj(i -> "much " + i).toList());
    assertThat(batches.queuedBytes()).isZero();
  }

  private void add(String sender, int number, List<String> order) {
    ByteString bytes = Commands.put(1, ++sequence, "k", "v").build().toByteString();
    net.now(() -> batches.add(new WriteRequest(sender, bytes, 1, 0, loops.nanoTime() + SECOND, outcome -> order.add(sender + " " + number))));
  }

  @Test
  void whatIsNotProposedWaitsWhileLeadershipIsOnItsWay() {
    oracle.hold();
    var closed = add();
    turn();
    leading.handingOver = true;
    var queued = add();
    turn();
    oracle.release();
    turn();
    assertThat(leading.proposals).as("the range that came meanwhile is burnt").isEmpty();
    assertThat(closed.open() && queued.open()).isTrue();

    leading.handingOver = false;
    turn();

    assertThat(leading.proposals).singleElement().satisfies(proposal -> {
      assertThat(proposal.first()).isGreaterThan(2);
      assertThat(proposal.writes()).as("in the order they came").hasSize(2);
    });
  }
}
