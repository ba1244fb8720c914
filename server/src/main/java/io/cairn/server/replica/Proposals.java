package io.cairn.server.replica;

import io.cairn.raft.Raft;
import io.cairn.raft.log.Entry;
import io.cairn.raft.log.EntryKind;
import io.cairn.server.apply.EntryEffect;
import io.cairn.server.outcome.Completion;
import io.cairn.server.outcome.Refusal;
import java.util.ArrayDeque;

/**
 * What the leader has put into the shard's log on its own account, and who waits to hear what it came to. Whoever is told Done knows that this
 * replica led the shard when the entry was committed: a leader that was deposed hears of none of its entries here. Belongs to the
 * replica's loop.
 */
final class Proposals {
  private record Open(long term, long index, Completion<EntryEffect> completion) {}

  private final Raft raft;
  private final ArrayDeque<Open> open = new ArrayDeque<>();

  Proposals(Raft raft) {
    this.raft = raft;
  }

  /** @param otherwise what to say when the log takes it not */
  void submit(byte[] payload, Refusal otherwise, Completion<EntryEffect> completion) {
    long index = raft.propose(EntryKind.COMMAND, payload);
    if (index < 0) {
      completion.refused(otherwise);
    } else {
      open.add(new Open(raft.term(), index, completion));
    }
  }

  void applied(Entry entry, EntryEffect effect) {
    while (!open.isEmpty() && open.peek().index <= entry.index()) {
      Open ended = open.poll();
      if (ended.index == entry.index() && ended.term == entry.term()) {
        ended.completion.done(effect);
      } else {
        ended.completion.unknown("another leader's entry took its place in the log");
      }
    }
  }

  /** It leads no more: the next leader says what becomes of them. */
  void drop() {
    while (!open.isEmpty()) {
      open.poll().completion.unknown("leadership was lost before it was committed");
    }
  }
}
