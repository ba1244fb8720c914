package io.cairn.raft;

import static io.cairn.raft.OneReplica.ONE;
import static io.cairn.raft.OneReplica.THREE;
import static io.cairn.raft.OneReplica.TWO;
import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.raft.log.EntryId;
import io.cairn.raft.log.EntryKind;
import io.cairn.raft.log.HardState;
import io.cairn.raft.message.RaftMessage;
import io.cairn.raft.message.RaftMessage.AppendEntries;
import io.cairn.raft.message.RaftMessage.AppendEntriesResponse;
import io.cairn.raft.message.RaftMessage.Heartbeat;
import io.cairn.raft.message.RaftMessage.HeartbeatResponse;
import io.cairn.raft.progress.CatchUpPace;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A leader of 400 entries, with a follower that holds all of them and one that holds none and is to be sent them at a pace. */
class CatchUpPaceTest {
  private static final int HELD = 400;

  private final OneReplica leader = OneReplica.of(new HardState(1, 0, HELD), Collections.nCopies(HELD, 1L).stream().mapToLong(i -> i).toArray());
  private boolean open;
  private int appendsToThree;
  private long paid;

  /** Lets time pass for a leader whose followers answer its heartbeats; what was sent to the third. */
  private List<Long> pass(int steps, boolean twoAccepts) {
    var sent = new ArrayList<Long>();
    for (int i = 0; i < steps; i++) {
      for (RaftMessage message : leader.pass(5)) {
        answer(message, twoAccepts, sent);
      }
    }
    return sent;
  }

  private void answer(RaftMessage message, boolean twoAccepts, List<Long> toThree) {
    switch (message) {
      case Heartbeat beat -> {
        for (RaftMessage more : leader.receive(new HeartbeatResponse(beat.to(), ONE, leader.raft.term(), beat.round(), leader.raft.lastIndex()))) {
          answer(more, twoAccepts, toThree);
        }
      }
      case AppendEntries append when append.to().equals(THREE) -> {
        appendsToThree++;
        append.entries().forEach(entry -> toThree.add(entry.index()));
      }
      case AppendEntries append when twoAccepts ->
          leader.accept(TWO, append.previous().index() + append.entries().size()).forEach(more -> answer(more, true, toThree));
      default -> { }
    }
  }

  private List<Long> propose(int entries, boolean twoAccepts) {
    var toThree = new ArrayList<Long>();
    for (int i = 0; i < entries; i++) {
      leader.raft.propose(EntryKind.COMMAND, new byte[0]);
      leader.settle().forEach(message -> answer(message, twoAccepts, toThree));
    }
    return toThree;
  }

  private List<Long> threeAsks() {
    var sent = new ArrayList<Long>();
    leader.receive(new AppendEntriesResponse(THREE, ONE, leader.raft.term(), false, 0, EntryId.ZERO, leader.raft.lastIndex() - 1))
        .forEach(message -> answer(message, true, sent));
    leader.accept(THREE, sent.getLast()).forEach(message -> answer(message, true, sent));
    return sent;
  }

  @BeforeEach
  void lead() {
    leader.raft.catchUpPace(new CatchUpPace() {
      @Override
      public boolean admits(long now) {
        return open;
      }

      @Override
      public void sent(long bytes, long now) {
        paid += bytes;
      }
    });
    leader.leadAndCommit();
    // The leader's own first entry is something that was appended.
    pass(2, true);
  }

  @Test
  void whoIsFarBehindWaitsForThePace() {
    assertThat(threeAsks()).as("one message, which finds out where the logs part").hasSizeLessThan(40).startsWith(1L);
    assertThat(pass(8, true)).isEmpty();
    open = true;
    assertThat(pass(2, true)).as("the next, as the pace allows").isNotEmpty();
    assertThat(paid).isPositive();
  }

  /** An empty append to tell the commit index would be answered, and the answer would have the next one sent: a storm (never released). */
  @Test
  void whoIsHeldBackIsNotProbedInCircles() {
    var sent = threeAsks();
    leader.accept(THREE, sent.getLast()).forEach(message -> answer(message, true, sent));
    pass(2, true);
    int before = appendsToThree;
    for (int i = 0; i < 100; i++) {
      leader.accept(THREE, sent.getLast()).forEach(message -> answer(message, true, sent));
      leader.accept(TWO, leader.raft.lastIndex()).forEach(message -> answer(message, true, sent));
    }
    assertThat(appendsToThree - before).isZero();
  }

  @Test
  void itIsSentAsManyEntriesAsAreAppendedMeanwhile() {
    long sent = threeAsks().getLast();
    long lack = leader.raft.lastIndex() - sent;
    for (int round = 0; round < 50; round++) {
      var more = propose(20, true);
      more.addAll(pass(1, true));
      sent = more.isEmpty() ? sent : more.getLast();
      leader.accept(THREE, sent).forEach(message -> answer(message, true, more));
      sent = more.isEmpty() ? sent : more.getLast();
    }
    assertThat(leader.raft.lastIndex() - sent).as("it falls back no further").isLessThan(lack + 40);
    assertThat(paid).as("nothing of it was the pace's").isZero();
  }

  @Test
  void nothingIsHeldBackWhileACommitWaits() {
    threeAsks();
    propose(1, false);
    assertThat(pass(1, false)).as("one message, as something was appended").hasSizeLessThan(40);
    assertThat(pass(7, false)).as("less than half an election timeout").isEmpty();
    assertThat(pass(8, false)).as("the second is silent, so the commit needs the third").isNotEmpty();
  }

  @Test
  void whoKeepsUpIsNotHeldBack() {
    leader.accept(THREE, leader.raft.lastIndex());
    long before = leader.raft.lastIndex();
    assertThat(propose(3, true)).containsExactly(before + 1, before + 2, before + 3);
    assertThat(paid).isZero();
  }
}
