package io.cairn.raft;

import io.cairn.raft.log.Entry;
import io.cairn.raft.log.HardState;
import io.cairn.raft.log.RaftLog;
import io.cairn.raft.log.UnstableEntries;
import io.cairn.raft.message.RaftMessage;
import io.cairn.raft.read.ConfirmedRead;
import io.cairn.raft.read.ReadAnswer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What the next {@link Ready} will ask for, and the one place that decides what may leave before the disk has answered.
 *
 * <p>Two kinds of messages. One that only {@linkplain #send asks or tells} leaves at once when the sender's term and vote are
 * durable. One that {@linkplain #claim claims} something (a vote, an acknowledgement) leaves when everything that was
 * appended or voted before it is durable: with the write of its own Ready, or, when that one writes nothing, after the last
 * write still on its way.
 */
final class Outbox {

  private record Held(long ticket, List<RaftMessage> messages) {}

  private List<RaftMessage> tells = new ArrayList<>();
  private List<RaftMessage> claims = new ArrayList<>();
  private final ArrayDeque<Held> held = new ArrayDeque<>();
  private List<ConfirmedRead> confirmed = List.of();
  private List<ReadAnswer> answers = List.of();
  private List<ReplicaId> snapshotsWanted = List.of();
  private Optional<SnapshotMeta> install = Optional.empty();
  private HardState given;

  Outbox(HardState durable) {
    this.given = durable;
  }

  void send(RaftMessage message) {
    tells.add(message);
  }

  void claim(RaftMessage message) {
    claims.add(message);
  }

  /** What was claimed in an earlier term and has not left is of no use to anyone, and may be overwritten before it is durable. */
  void termChanged() {
    claims.clear();
  }

  void confirmed(ConfirmedRead read) {
    confirmed = confirmed.isEmpty() ? new ArrayList<>() : confirmed;
    confirmed.add(read);
  }

  void answered(ReadAnswer answer) {
    answers = answers.isEmpty() ? new ArrayList<>() : answers;
    answers.add(answer);
  }

  void wantSnapshot(ReplicaId follower) {
    snapshotsWanted = snapshotsWanted.isEmpty() ? new ArrayList<>() : snapshotsWanted;
    snapshotsWanted.add(follower);
  }

  void install(SnapshotMeta snapshot) {
    install = Optional.of(snapshot);
  }

  boolean hasWork(HardState now, RaftLog log) {
    return !tells.isEmpty() || !claims.isEmpty() || !confirmed.isEmpty() || !answers.isEmpty() || !snapshotsWanted.isEmpty()
        || install.isPresent() || log.hasUnwritten() || log.hasCommitted() || isNewVote(now)
        || (!held.isEmpty() && isReleased(held.getFirst(), log.unstable()));
  }

  /** A commit index alone is not worth a write: it travels with the next one, and a restart learns it again. */
  private boolean isNewVote(HardState now) {
    return now.term() != given.term() || now.vote() != given.vote();
  }

  private static boolean isReleased(Held held, UnstableEntries unstable) {
    long open = unstable.firstTicketInFlight();
    return open == 0 || held.ticket < open;
  }

  Ready take(HardState now, RaftLog log) {
    List<Entry> entries = log.takeUnwritten();
    Optional<HardState> hardState = Optional.empty();
    long ticket = 0;
    if (!entries.isEmpty() || isNewVote(now)) {
      if (!now.equals(given)) {
        hardState = Optional.of(now);
        given = now;
      }
      ticket = log.unstable().handedOut(now, entries.isEmpty() ? 0 : entries.getLast().index());
    }
    List<RaftMessage> messages = takeMessages(now, log.unstable());
    List<RaftMessage> afterPersist = takeClaims(ticket, log.unstable());
    if (ticket == 0 && !afterPersist.isEmpty()) {
      // Nothing to write and nothing on its way: what is claimed is durable already.
      messages = joined(messages, afterPersist);
      afterPersist = List.of();
    }
    var ready = new Ready(ticket, messages, hardState, entries, afterPersist,
        log.takeCommitted(), confirmed, answers, snapshotsWanted, install);
    confirmed = List.of();
    answers = List.of();
    snapshotsWanted = List.of();
    install = Optional.empty();
    return ready;
  }

  private List<RaftMessage> takeMessages(HardState now, UnstableEntries unstable) {
    HardState durable = unstable.durableHardState();
    List<RaftMessage> messages = List.of();
    if (durable.term() != now.term() || durable.vote() != now.vote()) {
      tells.addAll(claims);
      claims = tells;
      tells = new ArrayList<>();
    } else if (!tells.isEmpty()) {
      messages = tells;
      tells = new ArrayList<>();
    }
    while (!held.isEmpty() && isReleased(held.getFirst(), unstable)) {
      messages = joined(messages, held.removeFirst().messages);
    }
    return messages;
  }

  private List<RaftMessage> takeClaims(long ticket, UnstableEntries unstable) {
    if (claims.isEmpty()) {
      return List.of();
    }
    List<RaftMessage> taken = claims;
    claims = new ArrayList<>();
    if (ticket == 0 && !unstable.isIdle()) {
      Invariant.check(held.isEmpty() || held.getLast().ticket <= unstable.lastTicketInFlight(), "what waits for write %d comes before %d",
          held.isEmpty() ? 0 : held.getLast().ticket, unstable.lastTicketInFlight());
      held.add(new Held(unstable.lastTicketInFlight(), taken));
      return List.of();
    }
    return taken;
  }

  private static List<RaftMessage> joined(List<RaftMessage> some, List<RaftMessage> more) {
    if (some.isEmpty()) {
      return more;
    }
    some.addAll(more);
    return some;
  }
}
