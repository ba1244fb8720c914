package io.cairn.server.peer;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.protocol.wire.PeerRequest;
import io.cairn.protocol.wire.PeerResponse;
import io.cairn.protocol.wire.SnapshotChunk;
import io.cairn.protocol.wire.SnapshotChunkAnswer;
import io.cairn.raft.log.EntryId;
import io.cairn.raft.membership.Membership;
import io.cairn.server.command.EntryPayload;
import io.cairn.server.testing.Commands;
import io.cairn.storage.mvcc.ApplyRound;
import io.cairn.storage.mvcc.RecentVersions;
import io.cairn.storage.snapshot.SnapshotSource;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class SnapshotSenderTest {
  private static final long SECOND = 1_000_000_000L;
  private static final int RATE = 1 << 30;

  private final FollowerFixture node = new FollowerFixture(Membership.of(new TreeSet<>(List.of(FollowerFixture.SELF))));
  private final List<SnapshotChunk> offered = new ArrayList<>();
  private final List<SnapshotSource> opened = new ArrayList<>();
  private final SnapshotSender sender = new SnapshotSender(new Offered(), node.loops, node.loops.loop("scan"), from -> source(), 7, RATE);
  private Peers.Answer waiting;
  private int takes = 1 << 20;

  private final class Offered implements SnapshotSender.Calls {
    @Override
    public void call(String to, PeerRequest request, long timeoutNanos, Peers.Answer answer) {
      offer(request, answer);
    }

    @Override
    public int requestBytesMax(String to) {
      return takes;
    }
  }

  private void offer(PeerRequest request, Peers.Answer answer) {
    assertThat(waiting).as("one chunk is on its way at a time").isNull();
    offered.add(request.getSnapshot());
    waiting = answer;
  }

  private SnapshotSource source() {
    var source = SnapshotSource.open(node.engine, node.replica.store(), node.catalog.replica(1).orElseThrow(),
        "c".getBytes(StandardCharsets.UTF_8));
    opened.add(source);
    return source;
  }

  private void answer(boolean accepted) {
    Peers.Answer answer = waiting;
    waiting = null;
    answer.answered(PeerResponse.newBuilder().setSnapshot(SnapshotChunkAnswer.newBuilder().setAccepted(accepted).setReason("full")).build());
    node.loops.run();
  }

  private void breakConnection() {
    Peers.Answer answer = waiting;
    waiting = null;
    answer.failed("the connection was lost");
    node.loops.run();
  }

  private static long number(SnapshotChunk chunk) {
    return chunk.getNumber();
  }

  /** The replica leads, and its data are more than one chunk. */
  @BeforeEach
  void leads() {
    for (int i = 0; i < 40 && !node.replica.leads(); i++) {
      node.loops.advance(SECOND / 10);
      node.net.execute(() -> node.replica.tick(node.loops.nanoTime()));
      node.loops.run();
    }
    assertThat(node.replica.leads()).isTrue();
    long applied = node.replica.store().applied().index();
    for (int i = 1; i <= 4; i++) {
      var round = new ApplyRound(node.engine, new RecentVersions(1 << 14));
      node.replica.store().apply(round, new EntryId(1, applied + i), EntryPayload.decodeCommands(EntryPayload.commands(1 + i, 10,
          List.of(Commands.put(1, i, "k" + i, "v".repeat(200_000)).build().toByteString()))));
      round.commit();
    }
    sender.send(node.replica, FollowerFixture.LEADER, node.replica.status().term());
    node.loops.run();
  }

  @Test
  void oneChunkIsOnItsWayUntilAllAreThere() {
    while (waiting != null) {
      answer(true);
    }
    assertThat(offered).hasSizeGreaterThan(2);
    assertThat(offered).extracting(SnapshotSenderTest::number).isSorted().doesNotHaveDuplicates();
  }

  /** Seed 149: two that were begun at once were each refused as the end of the other, for ever. */
  @Test
  void oneIsOnItsWayToAReplicaAtATime() {
    sender.send(node.replica, FollowerFixture.LEADER, node.replica.status().term());
    node.loops.run();
    while (waiting != null) {
      answer(true);
      sender.send(node.replica, FollowerFixture.LEADER, node.replica.status().term());
    }
    node.loops.run();
    assertThat(offered.stream().map(SnapshotChunk::getStream).distinct().limit(2)).as("the second began behind the end of the first").hasSize(2);
    assertThat(offered).filteredOn(chunk -> chunk.getStream() == offered.getFirst().getStream()).hasSizeGreaterThan(2);
  }

  /** Seeds 6, 42, 56 of a swarm with small limits: a node whose frames were smaller than a chunk never got a snapshot. */
  @Test
  void noChunkIsLargerThanTheOtherNodeTakes() {
    takes = 64 << 10;
    while (waiting != null) {
      answer(true);
    }
    assertThat(offered).hasSizeGreaterThan(10);
    assertThat(offered.subList(1, offered.size())).allSatisfy(chunk -> assertThat(chunk.getData().size()).isLessThanOrEqualTo(64 << 10));
  }

  @Test
  @DisplayName("a sending whose connection breaks goes on where it was, with the same chunk of the same stream")
  void aBrokenConnectionIsNoNewBeginning() {
    answer(true);
    breakConnection();
    assertThat(waiting).as("not at once").isNull();
    node.loops.advance(SECOND);
    breakConnection();
    node.loops.advance(SECOND);
    while (waiting != null) {
      answer(true);
    }

    assertThat(offered).extracting(SnapshotSenderTest::number).startsWith(0L, 1L, 1L, 1L, 2L);
    assertThat(offered.get(2)).isEqualTo(offered.get(1)).isEqualTo(offered.get(3));
    assertThat(opened).as("the data were read once").hasSize(1);
  }

  @Test
  void whoHearsNothingForLongGivesUp() {
    for (int i = 0; i < 200 && waiting != null; i++) {
      breakConnection();
      node.loops.advance(SECOND / 4);
    }
    assertThat(waiting).isNull();
    assertThat(offered).hasSizeBetween(10, 150).extracting(SnapshotSenderTest::number).containsOnly(0L);
  }

  @Test
  @DisplayName("a node that stops ends its sendings, those that wait to try again too, and begins no more")
  void theEndOfTheNodeEndsIt() {
    breakConnection();
    sender.close();
    node.loops.run();
    assertThat(opened.getFirst().next(256 << 10)).as("it is not read on, and what it pinned is given back").isNull();

    sender.send(node.replica, FollowerFixture.LEADER, node.replica.status().term());
    node.loops.advance(60 * SECOND);
    assertThat(offered).hasSize(1);
    assertThat(opened).hasSize(1);
  }

  @Test
  void anAnswerThatComesAfterTheEndIsPassedOver() {
    sender.close();
    node.loops.run();
    answer(true);

    assertThat(offered).hasSize(1);
  }

  @Test
  @DisplayName("snapshots keep to their rate, all of them together, and do not make up for the time in which nothing was sent")
  void theyKeepToTheirRate() {
    aWholeSnapshot();
    int rate = 200 << 10;
    var slow = new SnapshotSender(new Offered(), node.loops, node.loops.loop("scan"), from -> source(), 9, rate);
    node.loops.advance(60 * SECOND);
    for (int snapshot = 1; snapshot <= 2; snapshot++) {
      offered.clear();
      slow.send(node.replica, FollowerFixture.LEADER, node.replica.status().term());
      node.loops.run();
      long began = node.loops.nanoTime();
      long bytes = 0;
      for (int i = 0; i < 1_000; i++) {
        if (waiting != null) {
          bytes = offered.stream().mapToLong(chunk -> chunk.getData().size()).sum() - offered.getLast().getData().size();
          assertThat(bytes).as("sent before the chunk that is offered").isLessThanOrEqualTo(rate * (node.loops.nanoTime() - began + SECOND / 10) / SECOND);
          answer(true);
        }
        node.loops.advance(SECOND / 100);
      }
      assertThat(bytes).as("bytes of snapshot %d before its last chunk", snapshot).isGreaterThan(rate / 2);
    }
  }

  private void aWholeSnapshot() {
    while (waiting != null) {
      answer(true);
    }
  }

  @Test
  void aRefusedChunkEndsIt() {
    answer(false);
    node.loops.advance(60 * SECOND);

    assertThat(offered).hasSize(1);
  }
}
