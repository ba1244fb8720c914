package io.cairn.server.peer;

import io.cairn.protocol.wire.SnapshotChunk;
import io.cairn.protocol.wire.SnapshotChunkAnswer;
import io.cairn.raft.Invariant;
import io.cairn.raft.ReplicaId;
import io.cairn.raft.SnapshotMeta;
import io.cairn.raft.log.EntryId;
import io.cairn.raft.membership.MembershipCodec;
import io.cairn.server.apply.Applier;
import io.cairn.server.disk.LogWriter;
import io.cairn.server.replica.Replica;
import io.cairn.storage.catalog.Piece;
import io.cairn.storage.catalog.ReplicaCatalog;
import io.cairn.storage.catalog.ReplicaRecord;
import io.cairn.storage.engine.Engine;
import io.cairn.storage.engine.EngineBatch;
import io.cairn.storage.log.LogWrite;
import io.cairn.storage.mvcc.Applied;
import io.cairn.storage.mvcc.ShardStore;
import io.cairn.storage.snapshot.BadSnapshotException;
import io.cairn.storage.snapshot.SnapshotHeader;
import io.cairn.storage.snapshot.SnapshotSink;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Receives snapshots: writes them under a fresh store while the old replica stays as it is, and switches when Raft says so. All
 * of it on the apply loop, the engine's only writer.
 *
 * <p>The switch is one small batch, flushed; then the log is restarted after the snapshot's last entry, in one record; then the
 * old store goes. A crash between any two leaves a state that boot understands: stores nobody refers to are deleted, and a
 * durable applied entry that the log does not hold is the log's base.
 */
public final class SnapshotReceiver {
  private static final Logger log = LoggerFactory.getLogger(SnapshotReceiver.class);

  private record Incoming(long stream, long from, SnapshotSink sink) {}

  private record Received(int shard, SnapshotMeta meta, SnapshotSink sink) {}

  private final Engine engine;
  private final ReplicaCatalog catalog;
  private final Applier applier;
  private final LogWriter logWriter;
  private final Map<Integer, Incoming> incoming = new TreeMap<>();
  /** Whole ones that Raft was told of and has not switched to, or has not passed over yet. */
  private final List<Received> received = new ArrayList<>();

  /** Whole ones that are to take the place of a fenced replica's data, by shard. */
  private final Map<Integer, Received> kept = new TreeMap<>();
  /** How many chunks have come for each shard. */
  private final Map<Integer, Long> chunks = new ConcurrentSkipListMap<>();

  public SnapshotReceiver(Engine engine, ReplicaCatalog catalog, Applier applier, LogWriter logWriter) {
    this.engine = engine;
    this.catalog = catalog;
    this.applier = applier;
    this.logWriter = logWriter;
  }

  /** Takes a chunk; {@code answer} is called on the apply loop. From any loop. */
  public void chunk(Replica replica, SnapshotChunk chunk, Consumer<SnapshotChunkAnswer> answer) {
    applier.run("receiving a snapshot", () -> {
      String refusal = take(replica, chunk);
      answer.accept(SnapshotChunkAnswer.newBuilder().setAccepted(refusal == null).setReason(refusal == null ? "" : refusal).build());
    });
  }

  private String take(Replica replica, SnapshotChunk chunk) {
    int shard = chunk.getShard();
    Incoming current = incoming.get(shard);
    boolean same = current != null && current.stream == chunk.getStream() && current.from == chunk.getFrom();
    if (!same && chunk.getNumber() != 0) {
      return "chunk " + chunk.getNumber() + " of a snapshot whose beginning is not here";
    }
    if (!same) {
      drop(shard);
      current = new Incoming(chunk.getStream(), chunk.getFrom(), new SnapshotSink(engine, freshStore()));
      incoming.put(shard, current);
    }
    chunks.merge(shard, 1L, Long::sum);
    try {
      current.sink.add(chunk.getData().toByteArray());
      if (current.sink.complete()) {
        complete(replica, chunk, current.sink);
      }
      return null;
    } catch (BadSnapshotException e) {
      drop(shard);
      return "the snapshot is damaged: " + e.getMessage();
    }
  }

  private long freshStore() {
    EngineBatch batch = engine.newBatch();
    long store = catalog.newStore(batch);
    engine.write(batch);
    return store;
  }

  private void complete(Replica replica, SnapshotChunk chunk, SnapshotSink sink) throws BadSnapshotException {
    SnapshotHeader header = sink.header();
    SnapshotMeta meta = meta(replica, header);
    checkTerm(chunk, meta);
    sink.finish();
    incoming.remove(chunk.getShard());
    var whole = new Received(chunk.getShard(), meta, sink);
    received.add(whole);
    replica.loop().execute(() -> {
      replica.snapshotReceived(meta, new ReplicaId(chunk.getFrom()), chunk.getTerm());
      // Raft's decision is carried out by the replica's next pump, which comes before this: what it did not ask to install
      // by then is of no use.
      replica.loop().execute(() -> applier.run("deleting a snapshot that is not needed", () -> passOver(whole)));
    });
  }

  /** A leader holds no entry of a term after its own: whoever says so is none, and Raft would take its word for the term. */
  private static void checkTerm(SnapshotChunk chunk, SnapshotMeta meta) throws BadSnapshotException {
    if (chunk.getTerm() < meta.last().term()) {
      throw new BadSnapshotException("its last entry is of term " + meta.last().term() + ", its sender leads in term " + chunk.getTerm());
    }
  }

  private static SnapshotMeta meta(Replica replica, SnapshotHeader header) throws BadSnapshotException {
    if (header.shard() != replica.descriptor().id() || header.rangeEpoch() != replica.descriptor().rangeEpoch()) {
      throw new BadSnapshotException("it is of shard " + header.shard() + " at epoch " + header.rangeEpoch() + ", not of shard "
          + replica.descriptor().id() + " at epoch " + replica.descriptor().rangeEpoch());
    }
    try {
      Applied applied = header.applied();
      return new SnapshotMeta(new EntryId(applied.term(), applied.index()), MembershipCodec.decode(header.membership()));
    } catch (IllegalArgumentException e) {
      throw new BadSnapshotException("its members cannot be read: " + e.getMessage());
    }
  }

  private void passOver(Received whole) {
    if (received.remove(whole)) {
      deleteStore(whole.sink.store());
    }
  }

  /** Gives up what has come of a sending that another one takes the place of; whole snapshots stay until Raft has decided. */
  private void drop(int shard) {
    Incoming unfinished = incoming.remove(shard);
    if (unfinished != null) {
      unfinished.sink.abort();
    }
  }

  private Received takeReceived(int shard, SnapshotMeta snapshot) {
    for (Received whole : received) {
      if (whole.shard == shard && whole.meta.equals(snapshot)) {
        received.remove(whole);
        return whole;
      }
    }
    throw new IllegalStateException("the snapshot of shard " + shard + " at " + snapshot.last() + " is to be installed and is not here");
  }

  /** How many chunks have come for the shard in this process: whether one is on its way shows by that. From any thread. */
  public long chunks(int shard) {
    return chunks.getOrDefault(shard, 0L);
  }

  /** A snapshot that was just received is not passed over: it is for {@link #rebuild}. On the replica's loop, in the turn in which it was told. */
  public void keep(Replica replica, SnapshotMeta snapshot) {
    int shard = replica.descriptor().id();
    applier.run("keeping a snapshot", () -> {
      Received before = kept.put(shard, takeReceived(shard, snapshot));
      if (before != null) {
        deleteStore(before.sink.store());
      }
    });
  }

  /**
   * Switches the replica's data to the snapshot that was kept. The log holds its last entry and goes on behind it, so nothing is written there. On the
   * replica's loop.
   */
  public void rebuild(Replica replica, SnapshotMeta snapshot) {
    applier.run("rebuilding a replica", () -> {
      Received ready = kept.remove(replica.descriptor().id());
      Invariant.check(ready != null && ready.meta.equals(snapshot), "the snapshot at %d was kept", snapshot.last().index());
      long oldStore = switchPieces(replica.descriptor().id(), ready.sink.store());
      applier.run("standing on a snapshot", () -> {
        ShardStore store = ShardStore.open(engine, ready.sink.store(), replica.descriptor().id());
        replica.loop().execute(() -> {
          log.warn("shard={} was rebuilt from another replica's data and takes part again; index={} hash={}", ready.shard, snapshot.last().index(),
              Long.toHexString(store.hashes().now().hash()));
          replica.fence().rebuilt(snapshot, store);
          applier.run("deleting a replaced store", () -> deleteStore(oldStore));
        });
      });
    });
  }

  /** One batch, flushed: from here on the replica's data lies there, and none of it is fenced. Returns where it lay. */
  private long switchPieces(int shard, long store) {
    ReplicaRecord record = catalog.replica(shard).orElseThrow();
    EngineBatch batch = engine.newBatch();
    catalog.replace(batch, record.withPieces(List.of(new Piece(store, record.start(), record.end()))));
    catalog.clearFenced(batch, shard);
    engine.write(batch);
    engine.flush();
    return record.store();
  }

  /** Switches the replica to the snapshot that Raft has accepted. On the replica's loop. */
  public void install(Replica replica, SnapshotMeta snapshot) {
    applier.run("installing a snapshot", () -> switchStores(replica, snapshot));
  }

  private void switchStores(Replica replica, SnapshotMeta snapshot) {
    int shard = replica.descriptor().id();
    Received ready = takeReceived(shard, snapshot);
    long oldStore = switchPieces(shard, ready.sink.store());
    Received needless = kept.remove(shard);
    if (needless != null) {
      deleteStore(needless.sink.store());
    }
    // A task of its own: what follows a wait for the disk is not done in the turn that waited.
    applier.run("switching to a snapshot", () -> restartLog(replica, snapshot, ready.sink.store(), oldStore));
  }

  private void restartLog(Replica replica, SnapshotMeta snapshot, long newStore, long oldStore) {
    int shard = replica.descriptor().id();
    ShardStore store = ShardStore.open(engine, newStore, shard);
    // No hard state with it: a newer one may be on its way to the log already, and boot takes what is applied for committed.
    var restart = new LogWrite(replica.key(), Optional.empty(), List.of(), Optional.of(snapshot.last()));
    logWriter.submit(restart, replica.loop(), () -> {
      log.info("shard={} installed a snapshot; index={} term={}", shard, snapshot.last().index(), snapshot.last().term());
      replica.snapshotInstalled(snapshot, store);
      applier.run("deleting a replaced store", () -> deleteStore(oldStore));
    });
  }

  private void deleteStore(long store) {
    EngineBatch batch = engine.newBatch();
    ReplicaCatalog.deleteStore(batch, store);
    engine.write(batch);
  }
}
