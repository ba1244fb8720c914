package io.cairn.server.replica;

import io.cairn.protocol.wire.ErrorCode;
import io.cairn.raft.Raft;
import io.cairn.raft.SnapshotMeta;
import io.cairn.raft.log.Entry;
import io.cairn.server.outcome.Refusal;
import io.cairn.storage.mvcc.ShardStore;
import java.util.ArrayDeque;
import java.util.List;

/**
 * Between Raft and the data of one replica. While it is up (the data differs from what the other replicas have) nothing more is applied to that data and
 * nothing of it is shown; entries that are committed wait here, until a snapshot of another replica has taken its place.
 *
 * <p>Raft goes on below it: log, term and vote are right, and what this replica acknowledges and votes counts as ever. It only must not lead, which it is
 * kept from as a replica whose disk does not answer is ({@link #diskStalledSince}).
 *
 * <p><b>Why the switch loses nothing.</b> It is to a snapshot that ends at S, where every entry up to S was handed out by Raft here, so is committed and durable
 * in this log; and nothing beyond S was applied to the old data, so the log is cut nowhere beyond S. The log therefore goes on right behind the snapshot,
 * on disk as in memory, whether the node stops before the switch, which is one batch of the engine, or after it.
 *
 * <p>Belongs to its replica's loop; {@link #isUp} may be asked from any.
 */
public final class Fence {
  /** So long ago that Raft's patience with a disk is over, whatever its times are. */
  private static final long LONG_AGO = -(1L << 62);

  private final Replica replica;
  private final Raft raft;
  private final ReplicaPorts ports;
  /** Committed entries that are not applied: behind the data, or behind the snapshot that is to take its place. */
  private final ArrayDeque<Entry> held = new ArrayDeque<>();
  /** The last entry that Raft has handed out, and the last one that was given to the applier for the present data. */
  private long handedOut;
  private long submitted;
  /** What is to take the data's place; null while there is none. */
  private SnapshotMeta offered;
  private boolean switching;
  private volatile boolean up;

  Fence(Replica replica, Raft raft, ReplicaPorts ports) {
    this.replica = replica;
    this.raft = raft;
    this.ports = ports;
    this.handedOut = replica.store().applied().index();
    this.submitted = handedOut;
  }

  /** From any thread. */
  public boolean isUp() {
    return up;
  }

  /**
   * What is applied here differs from what the others have: from here on nothing of it is shown and this replica does not lead, until the data of
   * another one has taken its place. Raised again it changes nothing.
   */
  public void raise() {
    if (up) {
      return;
    }
    replica.step(() -> {
      up = true;
      replica.cutOff(refusal());
      ports.observer().tap().fenced(replica);
      ports.observer().fenced(replica);
    });
  }

  /** Why nothing of the data is shown: other nodes can do it. Clients go on at another one, as from a node that stops. */
  public Refusal refusal() {
    return Refusal.of(ErrorCode.SHUTTING_DOWN, "shard " + replica.descriptor().id()
        + " is being rebuilt on this node, its data was not what the others have; ask another one");
  }

  /** What to tell Raft of the disk. */
  long diskStalledSince(long since) {
    return up ? LONG_AGO : since;
  }

  /** Raft hands these out to be applied. */
  void committed(List<Entry> entries) {
    handedOut = entries.getLast().index();
    if (up) {
      held.addAll(entries);
      look();
    } else {
      submit(entries);
    }
  }

  private void submit(List<Entry> entries) {
    submitted = entries.getLast().index();
    ports.applier().submit(replica.store(), entries, ports.loop(), replica::applied);
  }

  /** A whole snapshot has come, and Raft was told of it. One that ends behind what is committed here is of use to nobody but this. */
  void received(SnapshotMeta snapshot) {
    long last = snapshot.last().index();
    if (up && !switching && last >= submitted && last <= raft.commitIndex()) {
      ports.snapshots().keep(replica, snapshot);
      offered = snapshot;
      look();
    }
  }

  /** Entries that the snapshot covers need not be applied; once Raft has handed out the last of them, the data is switched. */
  private void look() {
    if (offered == null) {
      return;
    }
    long last = offered.last().index();
    long passed = 0;
    while (!held.isEmpty() && held.getFirst().index() <= last) {
      passed = held.removeFirst().index();
    }
    if (passed > 0) {
      raft.applied(passed); // Room for the next ones: how much Raft hands out is bounded.
    }
    if (handedOut >= last) {
      switching = true;
      ports.snapshots().rebuild(replica, offered);
      offered = null;
    }
  }

  /** The data is the snapshot's, durably: what is committed behind it is applied from here on. See {@link ReplicaPorts.Snapshots#rebuild}. */
  public void rebuilt(SnapshotMeta snapshot, ShardStore store) {
    replica.step(() -> {
      lower(snapshot.last().index());
      replica.standOn(store);
      ports.observer().tap().rebuilt(replica, snapshot);
      if (!held.isEmpty()) {
        List<Entry> rest = List.copyOf(held);
        held.clear();
        submit(rest);
      }
    });
  }

  /** Log and data begin anew behind a snapshot, since the log did not reach so far: nothing is left of what was held. */
  void restarted(long index) {
    held.clear();
    handedOut = index;
    offered = null;
    lower(index);
  }

  private void lower(long index) {
    submitted = index;
    switching = false;
    up = false;
  }
}
