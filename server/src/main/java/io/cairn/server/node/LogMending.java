package io.cairn.server.node;

import io.cairn.raft.ReplicaId;
import io.cairn.raft.log.EntryId;
import io.cairn.raft.membership.MembershipCodec;
import io.cairn.storage.StorageFailure;
import io.cairn.storage.catalog.ReplicaCatalog;
import io.cairn.storage.catalog.ReplicaRecord;
import io.cairn.storage.engine.Engine;
import io.cairn.storage.engine.EngineBatch;
import io.cairn.storage.log.LogRepair;
import io.cairn.storage.log.ReplicaKey;
import io.cairn.storage.mvcc.Applied;
import io.cairn.storage.mvcc.ShardStore;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the engine knows that a damaged log needs: which replicas there are and what they hold durably. Notes there, before the log is
 * mended, who may lack what he acknowledged; such a replica is opened as suspect until it has been brought up (ADR 11). At boot, before
 * anything is applied: what can be read is durable.
 *
 * <p>A replica that is its shard's only voter has nobody to be brought up by: what it lacks is gone, and the node does not start rather than
 * answer as if it had never been.
 */
final class LogMending implements LogRepair {
  private static final Logger log = LoggerFactory.getLogger(LogMending.class);
  private static final int FINDINGS_TOLD_MAX = 16;

  private final Engine engine;
  private final ReplicaCatalog catalog;

  LogMending(Engine engine, ReplicaCatalog catalog) {
    this.engine = engine;
    this.catalog = catalog;
  }

  @Override
  public Set<ReplicaKey> replicas() {
    var replicas = new TreeSet<ReplicaKey>();
    catalog.replicas().forEach(record -> replicas.add(new ReplicaKey(record.shard(), new ReplicaId(record.replicaId()))));
    return replicas;
  }

  @Override
  public long lastBatchKnown() {
    return catalog.logEnd();
  }

  @Override
  public EntryId durablyApplied(ReplicaKey replica) {
    ReplicaRecord record = catalog.replica(replica.shard()).orElse(null);
    if (record == null || record.replicaId() != replica.replica().value()) {
      return EntryId.ZERO;
    }
    Applied applied = ShardStore.open(engine, record.store(), record.shard()).applied();
    return applied.index() == 0 ? EntryId.ZERO : new EntryId(applied.term(), applied.index());
  }

  @Override
  public void damaged(List<String> findings, Set<ReplicaKey> suspects) {
    findings.stream().limit(FINDINGS_TOLD_MAX).forEach(finding -> log.error("the log is damaged; {}", finding));
    if (findings.size() > FINDINGS_TOLD_MAX) {
      log.error("the log is damaged in {} more places", findings.size() - FINDINGS_TOLD_MAX);
    }
    suspects.forEach(suspect -> refuseWithoutOthers(suspect, findings));
    EngineBatch batch = engine.newBatch();
    suspects.forEach(replica -> catalog.putSuspect(batch, replica.shard(), replica.replica().value()));
    engine.write(batch);
    engine.flush();
    log.warn("mends the log: what is left of it goes into a new segment; may-lack-acknowledged-entries={}", suspects);
  }

  private void refuseWithoutOthers(ReplicaKey suspect, List<String> findings) {
    ReplicaRecord record = catalog.replica(suspect.shard()).orElseThrow();
    byte[] applied = ShardStore.open(engine, record.store(), record.shard()).members();
    Set<ReplicaId> voters = MembershipCodec.decode(applied == null ? record.membership() : applied).voters();
    if (voters.size() == 1 && voters.contains(suspect.replica())) {
      throw new StorageFailure(StorageFailure.Kind.UNMENDABLE, findings.getFirst() + "; the log cannot be mended: shard " + suspect.shard()
          + " may have lost acknowledged writes there, and has no other voter to get them from. Nothing was changed: restore this data directory"
          + " from a copy");
    }
  }
}
