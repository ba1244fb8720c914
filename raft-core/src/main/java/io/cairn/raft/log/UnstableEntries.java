package io.cairn.raft.log;

import io.cairn.raft.Invariant;
import java.util.ArrayDeque;

/**
 * The writes that are on their way to the disk, and what becomes durable when one of them ends.
 *
 * <p><b>The ABA story</b> (A-05, RC-08). A follower writes entry 5 of term 1 (ticket 1). Before the disk answers, a leader of
 * term 2 replaces it (ticket 2), and a leader of term 3, which still has it, puts entry 5 of term 1 back (ticket 3). Now
 * ticket 1 ends. The entry it wrote has the index <em>and the term</em> of the one in the log, and yet the disk is about
 * to overwrite it: acknowledging 5 would be a lie until ticket 3 ends. So a replaced entry is struck from every write that
 * carries it, at the moment it is replaced ({@link #truncatedFrom}); terms are never compared.
 */
public final class UnstableEntries {

  private static final class Write {
    final long ticket;
    final HardState hardState;
    long last;

    Write(long ticket, HardState hardState, long last) {
      this.ticket = ticket;
      this.hardState = hardState;
      this.last = last;
    }
  }

  private final ArrayDeque<Write> writes = new ArrayDeque<>();
  private HardState durable;
  private long persisted;
  private long lastTicket;

  public UnstableEntries(HardState durable, long persisted) {
    this.durable = durable;
    this.persisted = persisted;
  }

  /** Everything up to here is durable and is what the log now holds. */
  public long persisted() {
    return persisted;
  }

  /** The hard state that a crash now would leave. */
  public HardState durableHardState() {
    return durable;
  }

  public boolean isIdle() {
    return writes.isEmpty();
  }

  /** The oldest write that has not ended; 0 when nothing is on its way. */
  public long firstTicketInFlight() {
    return writes.isEmpty() ? 0 : writes.getFirst().ticket;
  }

  /** The ticket after whose end all that was handed to the disk so far is durable; 0 when nothing is on its way. */
  public long lastTicketInFlight() {
    return writes.isEmpty() ? 0 : writes.getLast().ticket;
  }

  /** A write leaves for the disk, up to entry {@code last}; 0 when it has no entries. Its ticket is returned. */
  public long handedOut(HardState hardState, long last) {
    lastTicket++;
    writes.add(new Write(lastTicket, hardState, last));
    return lastTicket;
  }

  /** The log is replaced from {@code index} on: no write under way makes anything from there on durable. */
  public void truncatedFrom(long index) {
    Invariant.check(index > 0, "a log is cut from 1 on, not from %d (durable %d)", index, persisted);
    for (Write write : writes) {
      write.last = Math.min(write.last, index - 1);
    }
    persisted = Math.min(persisted, index - 1);
  }

  /** The log begins anew behind a snapshot. */
  public void restartedAt(long index) {
    for (Write write : writes) {
      write.last = 0;
    }
    persisted = index;
  }

  /** The write with this ticket and all before it have ended. An old ticket, or one said twice, changes nothing. */
  public void persisted(long ticket) {
    Invariant.atMost(ticket, lastTicket, "ticket %d was handed out (the last one was %d)");
    while (!writes.isEmpty() && writes.getFirst().ticket <= ticket) {
      Write write = writes.removeFirst();
      durable = write.hardState;
      persisted = Math.max(persisted, write.last);
    }
  }
}
