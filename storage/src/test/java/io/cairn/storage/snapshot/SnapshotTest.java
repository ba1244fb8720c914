package io.cairn.storage.snapshot;

import static io.cairn.storage.mvcc.StoreScript.all;
import static io.cairn.storage.mvcc.StoreScript.bytes;
import static io.cairn.storage.mvcc.StoreScript.keys;
import static io.cairn.storage.mvcc.StoreScript.put;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.storage.bytes.BytesOut;
import io.cairn.storage.catalog.Piece;
import io.cairn.storage.catalog.ReplicaCatalog;
import io.cairn.storage.catalog.ReplicaRecord;
import io.cairn.storage.engine.Engine;
import io.cairn.storage.engine.EngineBatch;
import io.cairn.storage.engine.ScratchEngine;
import io.cairn.raft.log.EntryId;
import io.cairn.storage.guard.Guard;
import io.cairn.storage.guard.Subject;
import io.cairn.storage.lease.Lease;
import io.cairn.storage.mvcc.ApplyRound;
import io.cairn.storage.mvcc.RecentVersions;
import io.cairn.storage.mvcc.ScannedHash;
import io.cairn.storage.mvcc.Batch;
import io.cairn.storage.mvcc.CompactedException;
import io.cairn.storage.mvcc.Op;
import io.cairn.storage.mvcc.ShardGuards;
import io.cairn.storage.mvcc.ShardStore;
import io.cairn.storage.mvcc.StoreScript;
import io.cairn.storage.mvcc.Version;
import io.cairn.storage.mvcc.Write;
import io.cairn.storage.mvcc.WriteResult;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class SnapshotTest {
  private static final byte[] CLUSTER = bytes("cluster-1");
  private ScratchEngine leader;
  private ScratchEngine follower;
  private ReplicaCatalog catalog;
  private ReplicaRecord replica;
  private StoreScript script;

  @BeforeEach
  void open() {
    leader = new ScratchEngine();
    follower = new ScratchEngine();
    catalog = ReplicaCatalog.open(leader.engine());
    EngineBatch batch = leader.engine().newBatch();
    long store = catalog.newStore(batch);
    replica = record(7, store);
    catalog.create(batch, replica);
    leader.engine().write(batch);
    script = new StoreScript(leader.engine(), store);
  }

  @AfterEach
  void close() {
    leader.close();
    follower.close();
  }

  private static ReplicaRecord record(int shard, long store) {
    return new ReplicaRecord(shard, 3, 1, 1, bytes("a"), bytes("z"), List.of(new Piece(store, bytes("a"), bytes("z"))), bytes("members"),
        bytes("names"));
  }

  private SnapshotSource source() {
    return SnapshotSource.open(leader.engine(), script.store, replica, CLUSTER);
  }

  private List<byte[]> chunks(int bytesMax) {
    var chunks = new ArrayList<byte[]>();
    try (SnapshotSource source = source()) {
      for (byte[] chunk = source.next(bytesMax); chunk != null; chunk = source.next(bytesMax)) {
        assertThat(chunk.length).isLessThanOrEqualTo(bytesMax);
        chunks.add(chunk);
      }
    }
    return chunks;
  }

  private static ShardStore install(Engine engine, long store, List<byte[]> chunks) throws BadSnapshotException {
    var sink = new SnapshotSink(engine, store);
    for (byte[] chunk : chunks) {
      assertThat(sink.complete()).isFalse();
      assertThat(sink.add(chunk)).isTrue();
    }
    assertThat(sink.complete()).isTrue();
    sink.finish();
    return ShardStore.open(engine, store);
  }

  private void fill(long seed) {
    var random = new Random(seed);
    for (int i = 0; i < 40; i++) {
      script.apply(StoreScript.randomOp(random), StoreScript.randomOp(random));
    }
    var round = new ApplyRound(leader.engine(), new RecentVersions(1 << 14));
    script.store.putRecord(round, "settings", bytes("1"));
    script.store.pass(round, script.next());
    round.commit();
  }

  @Test
  void aSnapshotIsTheStoreWithItsHistoryUnderAnotherNumber() throws BadSnapshotException {
    for (int bytesMax : new int[] {64, 100, 4096, 1 << 20}) {
      fill(bytesMax);
      ShardStore copy = install(follower.engine(), follower.newStore(), chunks(bytesMax));
      assertThat(copy.applied()).isEqualTo(script.store.applied());
      assertThat(copy.contentHash()).isEqualTo(script.store.contentHash());
      assertThat(copy.hashes().now()).as("the rolling hash").isEqualTo(script.store.hashes().now()).isEqualTo(ScannedHash.of(copy));
      assertThat(copy.record("settings")).isEqualTo(bytes("1"));
      for (long revision = 1; revision <= copy.applied().revision(); revision++) {
        assertThat(copy.range(all(revision))).usingRecursiveComparison().isEqualTo(script.store.range(all(revision)));
      }
    }
  }

  @Test
  @DisplayName("LL-08 a snapshot carries both tables of guards: a replica that began empty refuses, and waits, as the one it comes from")
  void theTablesOfGuardsComeAlong() throws BadSnapshotException {
    script.apply(new Op.Put(bytes("a{x}/lock/1"), bytes("v"), 0, false), new Op.Put(bytes("a{x}/lock/2"), bytes("v"), 0, false));
    long revision = script.store.applied().revision();
    var ending = new Subject(bytes("a{x}/lock/1"), revision - 1);
    var standing = new Subject(bytes("a{x}/lock/2"), revision);
    var known = new Subject(bytes("a{far}/lock/1"), 5);
    var fenced = new Subject(bytes("a{far}/lock/2"), 6);
    guards(script.store, guards -> {
      assertThat(List.of(guards.register(ending, 4), guards.register(ending, 5), guards.register(standing, 4))).containsOnly(true);
      guards.known().know(known);
      guards.known().fence(fenced);
    });
    script.apply(new Op.Delete(ending.key(), false));
    guards(script.store, guards -> guards.fenced(ending, 5));

    for (int bytesMax : new int[] {64, 1 << 20}) {
      ShardStore copy = install(follower.engine(), follower.newStore(), chunks(bytesMax));
      assertThat(copy.contentHash()).isEqualTo(script.store.contentHash());
      assertThat(copy.hashes().now()).as("the rolling hash").isEqualTo(script.store.hashes().now()).isEqualTo(ScannedHash.of(copy));
      assertThat(copy.guardReads().fenced()).containsExactly(fenced);
      for (Subject subject : List.of(ending, standing)) {
        assertThat(copy.guardReads().home(subject)).isEqualTo(script.store.guardReads().home(subject));
      }
      assertThat(copy.guardReads().home(ending).ending()).isTrue();
      assertThat(copy.guardReads().home(ending).open()).containsExactly(4);
      assertThat(guarded(copy, 1, new Op.Put(bytes("ab"), bytes("w"), 0, false), known)).isInstanceOf(WriteResult.Done.class);
      assertThat(guarded(copy, 2, new Op.Put(bytes("ab"), bytes("w"), 0, false), fenced))
          .isInstanceOfSatisfying(WriteResult.Refused.class, refused -> assertThat(refused.reason()).isEqualTo(WriteResult.Reason.GUARD_PASSED));
      for (Subject subject : List.of(ending, standing)) {
        assertThat(guarded(copy, 3, new Op.Delete(subject.key(), false), subject))
            .isInstanceOfSatisfying(WriteResult.Refused.class, refused -> assertThat(refused.reason()).isEqualTo(WriteResult.Reason.GUARDED));
      }
    }
  }

  private void guards(ShardStore store, Consumer<ShardGuards> change) {
    var round = new ApplyRound(leader.engine(), new RecentVersions(1 << 14));
    change.accept(store.guards(round));
    round.commit();
  }

  private WriteResult guarded(ShardStore store, long sequence, Op op, Subject by) {
    var round = new ApplyRound(follower.engine(), new RecentVersions(1 << 14));
    var write = new Write(91, 91, sequence, sequence, Long.MAX_VALUE >> 2, sequence, op, List.of(Guard.of(by)));
    WriteResult result = store.apply(round, new EntryId(store.applied().term(), store.applied().index() + 1),
        new Batch(store.applied().revision() + 1, 100, List.of(write))).getFirst();
    round.commit();
    return result;
  }

  @Test
  void anEmptyStoreMakesASnapshotToo() throws BadSnapshotException {
    ShardStore copy = install(follower.engine(), 9, chunks(64));
    assertThat(copy.applied()).isEqualTo(script.store.applied());
    assertThat(copy.contentHash()).isEqualTo(script.store.contentHash());
  }

  @Test
  void aValueMayBeFarLargerThanAChunk() throws BadSnapshotException {
    script.done(put("a", "1".repeat(3 << 20)));
    script.done(put("a", "2".repeat(2 << 20)));
    ShardStore copy = install(follower.engine(), 9, chunks(64 << 10));
    assertThat(copy.get(bytes("a"), 2).value()).hasSize(3 << 20);
    assertThat(copy.contentHash()).isEqualTo(script.store.contentHash());
  }

  @Test
  @DisplayName("SN-15 a last chunk that is shorter than its own checksums, or whose state cannot be, is refused and nothing else happens")
  void aSealedChunkThatCannotBe() {
    // Number 0, the last, a length below zero that fits what is left less four.
    for (int left = 0; left < 4; left++) {
      byte[] chunk = seal(new BytesOut().int32(0).int8(1).int32(left - 4).bytes(new byte[left]));
      var sink = new SnapshotSink(follower.engine(), follower.newStore());
      assertThatThrownBy(() -> sink.add(chunk)).isInstanceOf(BadSnapshotException.class);
      sink.abort();
    }
    byte[] state = new BytesOut().int8(1).varint(5).varint(1).varint(7).varint(8).varint(0).varint(0).toArray();
    byte[] header = new BytesOut().varint(SnapshotHeader.FORMAT).sized(CLUSTER).varint(0).varint(7).varint(1).varint(1).sized(bytes("a"))
        .sized(bytes("z")).sized(bytes("m")).sized(bytes("n")).sized(state).toArray();
    byte[] stream = new BytesOut().int32(1 + header.length).int8(SnapshotStream.HEADER).bytes(header).toArray();
    byte[] chunk = seal(new BytesOut().int32(0).int8(0).int32(stream.length).bytes(stream));
    var sink = new SnapshotSink(follower.engine(), follower.newStore());
    assertThatThrownBy(() -> sink.add(chunk)).isInstanceOf(BadSnapshotException.class).hasMessageContaining("compacted 8");
    sink.abort();
  }

  private static byte[] seal(BytesOut chunk) {
    var crc = new CRC32C();
    crc.update(chunk.buffer(), 0, chunk.length());
    return chunk.int32((int) crc.getValue()).toArray();
  }

  @Test
  @DisplayName("SN-08 the applied index and the members are those of the data, though applying goes on")
  void theHeaderIsReadFromTheViewOfTheData() throws BadSnapshotException {
    script.apply(put("a", "1"));
    try (SnapshotSource source = source()) {
      script.apply(put("a", "2"));
      script.apply(put("b", "1"));
      EngineBatch batch = leader.engine().newBatch();
      catalog.replace(batch, replica.withMembership(2, bytes("later"), bytes("later")));
      leader.engine().write(batch);
      var sink = new SnapshotSink(follower.engine(), 4);
      for (byte[] chunk = source.next(4096); chunk != null; chunk = source.next(4096)) {
        sink.add(chunk);
      }
      SnapshotHeader header = sink.finish();
      assertThat(header.applied().index()).isEqualTo(1);
      assertThat(header.applied().revision()).isEqualTo(2);
      assertThat(header.membership()).isEqualTo(bytes("members"));
      assertThat(header.membershipEpoch()).isEqualTo(1);
      assertThat(header.clusterId()).isEqualTo(CLUSTER);
      ShardStore copy = ShardStore.open(follower.engine(), 4);
      assertThat(copy.applied()).isEqualTo(header.applied());
      assertThat(keys(copy.range(all(0)))).isEqualTo("a");
      assertThat(copy.get(bytes("a"), 0).value()).isEqualTo(bytes("1"));
    }
  }

  private static List<byte[]> rest(SnapshotSource source) {
    var chunks = new ArrayList<byte[]>();
    for (byte[] chunk = source.next(300); chunk != null; chunk = source.next(300)) {
      chunks.add(chunk);
    }
    return chunks;
  }

  @Test
  @DisplayName("SN-05 compaction while a snapshot is read changes nothing of it, and while one is received neither store minds")
  void compactionWhileASnapshotIsOnItsWay() throws BadSnapshotException {
    fill(6);
    List<byte[]> before = chunks(300);
    long hash = script.store.contentHash();
    try (SnapshotSource source = source()) {
      var sent = new ArrayList<>(List.of(source.next(300)));
      var round = new ApplyRound(leader.engine(), new RecentVersions(1 << 14));
      script.store.compact(round, script.store.applied().revision());
      round.commit();
      leader.engine().flush();
      sent.addAll(rest(source));
      assertThat(sent).hasSameSizeAs(before);

      long old = follower.newStore();
      ShardStore behind = install(follower.engine(), old, before);
      var sink = new SnapshotSink(follower.engine(), follower.newStore());
      for (byte[] chunk : sent) {
        sink.add(chunk);
        var compaction = new ApplyRound(follower.engine(), new RecentVersions(1 << 14));
        behind.compact(compaction, behind.applied().revision());
        compaction.commit();
      }
      sink.finish();
      assertThat(ShardStore.open(follower.engine(), sink.store()).contentHash()).isEqualTo(hash);
      assertThat(behind.applied()).isEqualTo(source.header().applied());
    }
  }

  @Test
  @DisplayName("SN-09 a store that is deleted while a snapshot is read from it is read to its end")
  void aStoreDeletedWhileItIsReadIsReadToItsEnd() throws BadSnapshotException {
    fill(7);
    long hash = script.store.contentHash();
    try (SnapshotSource source = source()) {
      var sent = new ArrayList<>(List.of(source.next(300)));
      EngineBatch batch = leader.engine().newBatch();
      ReplicaCatalog.deleteStore(batch, script.store.store());
      leader.engine().write(batch);
      leader.engine().flush();
      sent.addAll(rest(source));
      assertThat(install(follower.engine(), follower.newStore(), sent).contentHash()).isEqualTo(hash);
    }
  }

  @Test
  @DisplayName("A-11 what clients have sent goes along: a retry after a snapshot gets the first answer, a forgotten one HORIZON")
  void clientsGoAlong() throws BadSnapshotException {
    Write old = new Write(1, 1, 1, 1, 0, 11, put("a", "1"));
    Write kept = new Write(2, 2, 1, 1, 0, 22, put("a", "2"));
    Write longAnswer = new Write(2, 2, 2, 1, 0, 23, put("big", "2"));
    script.apply(new Batch(2, 2, List.of(old)));
    script.apply(new Batch(3, 2, List.of(new Write(3, 3, 1, 1, 0, 33, put("big", "x".repeat(2000))))));
    script.apply(new Batch(4, 2, List.of(kept, longAnswer)));
    ShardStore copy = install(follower.engine(), 5, chunks(200));
    assertThat(copy.clients()).isEqualTo(2);
    var round = new ApplyRound(follower.engine(), new RecentVersions(1 << 14));
    List<WriteResult> results = copy.apply(round, new io.cairn.raft.log.EntryId(1, 4), new Batch(6, 2, List.of(old, kept, longAnswer)));
    assertThat(((WriteResult.Refused) results.get(0)).reason()).isEqualTo(WriteResult.Reason.HORIZON);
    assertThat(((WriteResult.Done) results.get(1)).repeated()).isTrue();
    assertThat(((WriteResult.Done) results.get(2)).previous().value()).isEqualTo(bytes("x".repeat(2000)));
  }

  @Test
  @DisplayName("A-11 grant and revoke that are sent again to a replica that got shard 0 with a snapshot get the first answers, and do nothing more")
  void grantsAndRevokesGoAlong() throws BadSnapshotException {
    Write grant = new Write(8, 8, 1, 1, 0, 8, new Op.LeaseGrant(0, 60_000));
    Write doomed = new Write(9, 9, 1, 1, 0, 9, new Op.LeaseGrant(77, 60_000));
    Write revoke = new Write(10, 10, 1, 1, 0, 10, new Op.LeaseRevoke(77));
    long revision = script.store.applied().revision();
    var first = new ArrayList<WriteResult.Done>();
    for (Write each : List.of(grant, doomed, revoke)) {
      first.add((WriteResult.Done) script.apply(new Batch(revision + 1, StoreScript.CLIENTS_MAX, List.of(each))).getFirst());
    }
    assertThat(first).allMatch(done -> !done.repeated() && done.leases().size() == 1);

    install(follower.engine(), 5, chunks(200));
    var copy = new StoreScript(follower.engine(), 5);
    for (int i = 0; i < 3; i++) {
      Write again = List.of(grant, doomed, revoke).get(i);
      var repeated = (WriteResult.Done) copy.apply(new Batch(revision + 1, StoreScript.CLIENTS_MAX, List.of(again))).getFirst();
      assertThat(repeated.repeated()).isTrue();
      assertThat(repeated.revision()).isEqualTo(first.get(i).revision());
      assertThat(repeated.leases()).extracting(Lease::id).isEqualTo(first.get(i).leases().stream().map(Lease::id).toList());
    }
    // What the snapshot knows of leases is what the repeats left: the one that was granted first is there, the other may be granted anew.
    Write taken = copy.write(new Op.LeaseGrant(first.getFirst().leases().getFirst().id(), 60_000));
    assertThat(((WriteResult.Refused) copy.apply(new Batch(revision + 1, StoreScript.CLIENTS_MAX, List.of(taken))).getFirst()).reason())
        .isEqualTo(WriteResult.Reason.LEASE_EXISTS);
    assertThat(copy.done(new Op.LeaseGrant(77, 60_000)).repeated()).isFalse();
  }

  @Test
  void historyBelowTheCompactionRevisionStaysBehind() throws BadSnapshotException {
    script.apply(put("a", "1"), put("a", "2"), put("a", "3"), StoreScript.delete("a"), put("b", "1"));
    var round = new ApplyRound(leader.engine(), new RecentVersions(1 << 14));
    script.store.compact(round, 4);
    round.commit();
    ShardStore copy = install(follower.engine(), 5, chunks(200));
    assertThat(copy.contentHash()).isEqualTo(script.store.contentHash());
    Version version = copy.get(bytes("a"), 4);
    assertThat(version.value()).isEqualTo(bytes("3"));
    assertThatThrownBy(() -> copy.get(bytes("a"), 3)).isInstanceOf(CompactedException.class);
  }

  @Test
  @DisplayName("SN-15 a chunk with any bit turned over is refused, and nothing of it is left after abort")
  void aChangedBitIsFound() throws BadSnapshotException {
    fill(1);
    List<byte[]> chunks = chunks(1500);
    assertThat(chunks.size()).isGreaterThan(3);
    var random = new Random(5);
    for (int i = 0; i < 80; i++) {
      int bad = random.nextInt(chunks.size());
      long store = follower.newStore();
      var sink = new SnapshotSink(follower.engine(), store);
      for (int at = 0; at < bad; at++) {
        sink.add(chunks.get(at));
      }
      byte[] changed = chunks.get(bad).clone();
      changed[random.nextInt(changed.length)] ^= (byte) (1 << random.nextInt(8));
      assertThatThrownBy(() -> sink.add(changed)).isInstanceOf(BadSnapshotException.class);
      assertThatThrownBy(sink::finish).isInstanceOf(BadSnapshotException.class);
      sink.abort();
      ShardStore left = ShardStore.open(follower.engine(), store);
      assertThat(left.applied().index()).isZero();
      assertThat(left.range(all(0)).versions()).isEmpty();
    }
  }

  @Test
  @DisplayName("SN-15 chunks of two snapshots do not make one")
  void chunksOfTwoSnapshotsAreNotMixed() throws BadSnapshotException {
    fill(2);
    List<byte[]> first = chunks(3000);
    script.apply(put("a", "changed"));
    List<byte[]> second = chunks(3000);
    var sink = new SnapshotSink(follower.engine(), 5);
    assertThatThrownBy(() -> {
      for (int i = 0; i < second.size(); i++) {
        sink.add(i == 0 ? first.get(0) : second.get(i));
      }
      sink.finish();
    }).isInstanceOf(BadSnapshotException.class);
  }

  @Test
  @DisplayName("SN-03 a chunk that comes twice is taken once, one that is missing is named")
  void repeatedAndMissingChunks() throws BadSnapshotException {
    fill(3);
    List<byte[]> chunks = chunks(2000);
    var sink = new SnapshotSink(follower.engine(), 5);
    assertThat(sink.add(chunks.get(0))).isTrue();
    assertThat(sink.header().shard()).isEqualTo(7);
    assertThat(sink.add(chunks.get(0))).isFalse();
    assertThat(sink.nextChunk()).isEqualTo(1);
    assertThatThrownBy(sink::finish).isInstanceOf(BadSnapshotException.class).hasMessageContaining("chunk 1 is missing");
    assertThatThrownBy(() -> sink.add(chunks.get(2))).isInstanceOf(BadSnapshotException.class).hasMessageContaining("wanted was number 1");
  }

  @Test
  void aSnapshotOfAnotherFormatIsRefusedWithBothNamed() {
    byte[] header = new io.cairn.storage.bytes.BytesOut().varint(9).toArray();
    assertThatThrownBy(() -> SnapshotHeader.decode(header)).isInstanceOf(BadSnapshotException.class)
        .hasMessageContaining("format 9").hasMessageContaining("reads 1");
  }

  @Test
  @DisplayName("SN-06 the switch is one flushed batch: a crash before it leaves the old replica, after it the new one")
  void aCrashBeforeOrAfterTheSwitch() throws BadSnapshotException {
    fill(4);
    List<byte[]> chunks = chunks(2000);
    for (boolean flushed : new boolean[] {false, true}) {
      try (var node = new ScratchEngine()) {
        ReplicaCatalog own = ReplicaCatalog.open(node.engine());
        EngineBatch batch = node.engine().newBatch();
        long old = own.newStore(batch);
        own.create(batch, record(7, old));
        node.engine().write(batch);
        var behind = new StoreScript(node.engine(), old);
        behind.apply(put("a", "old"));
        node.engine().flush();

        long fresh = own.newStore(batch);
        node.engine().write(batch);
        ShardStore copy = install(node.engine(), fresh, chunks);
        own.replace(batch, record(7, fresh));
        node.engine().write(batch);
        if (flushed) {
          node.engine().flush();
        }

        own = ReplicaCatalog.open(node.crash());
        List<Long> swept = own.sweep(batch = node.engine().newBatch());
        node.engine().write(batch);
        long store = own.replica(7).orElseThrow().store();
        assertThat(store).isEqualTo(flushed ? fresh : old);
        assertThat(swept).containsExactlyElementsOf(flushed ? List.of(old) : List.of());
        ShardStore now = ShardStore.open(node.engine(), store);
        assertThat(now.contentHash()).isEqualTo(flushed ? script.store.contentHash() : behind(node.engine(), old));
        assertThat(copy.store()).isEqualTo(fresh);
      }
    }
  }

  private static long behind(Engine engine, long store) {
    ShardStore old = ShardStore.open(engine, store);
    assertThat(old.get(bytes("a"), 0).value()).isEqualTo(bytes("old"));
    return old.contentHash();
  }
}
