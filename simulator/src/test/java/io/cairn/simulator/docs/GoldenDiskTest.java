package io.cairn.simulator.docs;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.cairn.platform.JdkFiles;
import io.cairn.protocol.transport.HostPort;
import io.cairn.protocol.wire.Add;
import io.cairn.protocol.wire.Compare;
import io.cairn.protocol.wire.Delete;
import io.cairn.protocol.wire.Put;
import io.cairn.protocol.wire.Txn;
import io.cairn.protocol.wire.TxnOp;
import io.cairn.raft.ReplicaId;
import io.cairn.raft.log.Entry;
import io.cairn.raft.log.EntryId;
import io.cairn.raft.log.EntryKind;
import io.cairn.server.apply.SystemState;
import io.cairn.server.command.EntryPayload;
import io.cairn.server.command.ShardCommand;
import io.cairn.server.command.SystemCommand;
import io.cairn.server.history.HistoryCommand;
import io.cairn.server.members.MemberCommand;
import io.cairn.server.members.NodeEntry;
import io.cairn.server.members.Standing;
import io.cairn.storage.OnDiskFormat;
import io.cairn.storage.bytes.BytesIn;
import io.cairn.storage.bytes.BytesOut;
import io.cairn.storage.catalog.ReplicaCatalog;
import io.cairn.storage.catalog.ReplicaRecord;
import io.cairn.storage.directory.Incarnation;
import io.cairn.storage.directory.NodeDirectory;
import io.cairn.storage.engine.Engine;
import io.cairn.storage.engine.EngineBatch;
import io.cairn.storage.engine.EngineCursor;
import io.cairn.storage.engine.EngineSettings;
import io.cairn.storage.engine.EngineView;
import io.cairn.storage.engine.Family;
import io.cairn.storage.engine.RocksEngines;
import io.cairn.storage.guard.Subject;
import io.cairn.storage.log.LogFilter;
import io.cairn.storage.log.LogInspection;
import io.cairn.storage.log.LogSettings;
import io.cairn.storage.log.LogWrite;
import io.cairn.storage.log.ReplicaKey;
import io.cairn.storage.log.SharedLog;
import io.cairn.storage.mvcc.ApplyRound;
import io.cairn.storage.mvcc.Batch;
import io.cairn.storage.mvcc.EventReader;
import io.cairn.storage.mvcc.RecentVersions;
import io.cairn.storage.mvcc.ShardStore;
import io.cairn.storage.mvcc.WriteResult;
import io.cairn.storage.snapshot.BadSnapshotException;
import io.cairn.storage.snapshot.SnapshotSink;
import io.cairn.storage.snapshot.SnapshotSource;
import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What lies in a data directory, as earlier builds wrote it. */
class GoldenDiskTest {
  /** The second number is raised when a value's own format is, within the engine's. */
  private static final String ENGINE = "engine-" + OnDiskFormat.ENGINE + ".1";
  private static final String IDENTITY = "identity-2";
  private static final String SNAPSHOT = "snapshot-1";

  @TempDir
  private Path folder;

  // ---- identity ----

  @Test
  @DisplayName("UP-05 IDENTITY is written as it always was")
  void identityIsWrittenAsItWas() throws IOException {
    Path directory = Files.createDirectory(folder.resolve("d"));
    try (NodeDirectory node = NodeDirectory.open(new JdkFiles(), directory.toString(), "demo", "n1", 0x0123456789abcdefL, new DiskSamples.Ones())) {
      node.rememberPeer("n2", Incarnation.parse("2".repeat(32)));
      node.markJoined(4, 0x0123456789abcdefL);
    }
    byte[] written = Files.readAllBytes(directory.resolve("IDENTITY"));
    assertThat(new String(written, StandardCharsets.UTF_8)).contains("\nformat=" + IDENTITY.substring("identity-".length()) + "\n");
    GoldenFiles.written(IDENTITY, "joined", written);
  }

  @Test
  @DisplayName("UP-05 every IDENTITY that was ever written is read as it was meant; format 1 too")
  void identityIsReadAsItWas() throws IOException {
    int read = 0;
    for (String version : GoldenFiles.versions("identity")) {
      for (Map.Entry<String, byte[]> golden : GoldenFiles.of(version).entrySet()) {
        Path directory = Files.createDirectory(folder.resolve(version + golden.getKey()));
        Files.write(directory.resolve("IDENTITY"), golden.getValue());
        try (NodeDirectory node = NodeDirectory.open(new JdkFiles(), directory.toString(), "demo", "n1", 0, new DiskSamples.Ones())) {
          GoldenFiles.read(version, golden.getKey(), Shown.of(node.identity()) + "\n");
          read++;
        }
      }
    }
    assertThat(read).as("format 1 and format 2").isGreaterThanOrEqualTo(2);
  }

  // ---- the log ----

  private Map<String, byte[]> log() throws IOException {
    Path directory = folder.resolve("log");
    var settings = new LogSettings(16 << 10, 0, "demo");
    var replica = new ReplicaKey(1, new ReplicaId(1));
    try (SharedLog log = SharedLog.open(new JdkFiles(), directory.toString(), settings)) {
      DiskSamples.write(log);
      log.append(List.of(new LogWrite(replica, Optional.empty(), List.of(new Entry(4, 10, EntryKind.MEMBERSHIP, DiskSamples.MEMBERS)), Optional.empty())));
    }
    SharedLog.open(new JdkFiles(), directory.toString(), settings).close();
    return new TreeMap<>(Map.of("0000000001", Files.readAllBytes(directory.resolve("0000000001.seg")),
        "0000000002", Files.readAllBytes(directory.resolve("0000000002.seg"))));
  }

  @Test
  @DisplayName("UP-05 segments of the log are written as they always were, with a record of every kind")
  void segmentsAreWrittenAsTheyWere() throws IOException {
    Map<String, byte[]> log = log();
    String version = "log-" + ByteBuffer.wrap(log.get("0000000001")).getInt(8);
    log.forEach((name, bytes) -> GoldenFiles.written(version, name, bytes));
    var text = new StringBuilder();
    LogInspection.dump(new JdkFiles(), folder.resolve("log").toString(), "demo", LogFilter.ALL, line -> text.append(line).append('\n'));
    assertThat(text).contains("term 3, vote 2", "(second copy)", "cut off up to", "destroyed");
    for (EntryKind kind : EntryKind.values()) {
      assertThat(text).as("an entry of this kind").contains(" " + kind + " ");
    }
  }

  @Test
  @DisplayName("UP-05 every log that was ever written is read as it was meant")
  void logsAreReadAsTheyWere() throws IOException {
    for (String version : GoldenFiles.versions("log")) {
      Path directory = Files.createDirectory(folder.resolve(version));
      for (Map.Entry<String, byte[]> golden : GoldenFiles.of(version).entrySet()) {
        Files.write(directory.resolve(golden.getKey() + ".seg"), golden.getValue());
      }
      var text = new StringBuilder();
      LogInspection.dump(new JdkFiles(), directory.toString(), "demo", LogFilter.ALL, line -> text.append(line).append('\n'));
      try (SharedLog log = SharedLog.open(new JdkFiles(), directory.toString(), new LogSettings(16 << 10, 0, "demo"))) {
        for (ReplicaKey replica : log.replicas()) {
          var view = log.view(replica);
          text.append(Shown.of(replica)).append(' ').append(log.hardState(replica)).append(" base ").append(view.base()).append('\n');
          for (long index = view.base().index() + 1; index <= view.last().index(); index++) {
            Entry entry = view.entries(index, index, 1).getFirst();
            text.append(entry.id()).append(' ').append(entry.kind()).append(' ').append(Shown.of(entry.payload())).append('\n');
          }
        }
      }
      GoldenFiles.read(version, "log", text.toString());
    }
    assertThat(GoldenFiles.versions("log")).isNotEmpty();
  }

  // ---- the engine ----

  /** What fills an engine, by name. */
  private static Map<String, Consumer<Engine>> lives() {
    return Map.of(
        "story", engine -> DiskSamples.applied(engine, DiskSamples.record(engine).store()),
        "leases", engine -> DiskSamples.leases(engine, DiskSamples.record(engine).store()),
        "guards", engine -> DiskSamples.guards(engine, DiskSamples.record(engine).store()),
        "upkeep", GoldenDiskTest::upkeep,
        "suspect", GoldenDiskTest::suspect,
        "log-end", GoldenDiskTest::logEnd,
        "fenced", GoldenDiskTest::fenced,
        "hashed", engine -> DiskSamples.applied(engine, DiskSamples.record(engine).store()));
  }

  /** Of those that were first written when there were no rolling hashes: without them, as an older version writes them still. */
  private static boolean isOlderThanHashes(String life) {
    return !life.equals("hashed");
  }

  /** A replica that differs from the others. */
  private static void fenced(Engine engine) {
    ReplicaRecord record = DiskSamples.record(engine);
    EngineBatch batch = engine.newBatch();
    ReplicaCatalog.open(engine).putFenced(batch, record.shard(), record.replicaId());
    engine.write(batch);
  }

  /** What the catalog notes beside a replica. */
  private static String mark(ReplicaCatalog catalog) {
    long replica = catalog.replica(1).get().replicaId();
    if (catalog.isSuspect(1, replica)) {
      return "suspect\n";
    }
    if (catalog.isFenced(1, replica)) {
      return "fenced\n";
    }
    return catalog.logEnd() > 0 ? "log end " + catalog.logEnd() + "\n" : "";
  }

  /** A replica whose log was damaged. */
  private static void suspect(Engine engine) {
    ReplicaRecord record = DiskSamples.record(engine);
    EngineBatch batch = engine.newBatch();
    ReplicaCatalog.open(engine).putSuspect(batch, record.shard(), record.replicaId());
    engine.write(batch);
  }

  /** A node that has noted how far its log had come. */
  private static void logEnd(Engine engine) {
    DiskSamples.record(engine);
    EngineBatch batch = engine.newBatch();
    ReplicaCatalog.open(engine).putLogEnd(batch, 300);
    engine.write(batch);
  }

  /** What is rare: a node that joined, tables of nodes and of history, rules, a transaction's answer, a mark behind a thousand events. */
  private static void upkeep(Engine engine) {
    ReplicaRecord record = DiskSamples.record(engine);
    EngineBatch batch = engine.newBatch();
    ReplicaCatalog.open(engine).putJoined(batch, "(as it was told)".getBytes(StandardCharsets.UTF_8));
    engine.write(batch);
    var node = new NodeEntry(1, "n1", new HostPort("10.0.0.1", 7101), new HostPort("10.0.0.1", 7001), Standing.VOTER, Optional.empty());
    ByteString[] puts = new ByteString[1_001];
    Arrays.setAll(puts, i -> DiskSamples.command(i + 1).setPut(Put.newBuilder().setKey(ByteString.copyFromUtf8("k"))).build().toByteString());
    DiskSamples.apply(ShardStore.open(engine, record.store(), 1), engine, EntryPayload.system(new SystemCommand.ExtendWindow(10_000)),
        EntryPayload.commands(2, 100_000, List.of(puts)), LAST.get("upkeep"),
        EntryPayload.system(new SystemCommand.ChangeMembers(new MemberCommand.Found(List.of(node)))),
        EntryPayload.system(new SystemCommand.ChangeHistory(new HistoryCommand.Keep(false, ByteString.copyFromUtf8("tmp/")))),
        EntryPayload.upkeep(new ShardCommand.KeepHistory(false, ByteString.copyFromUtf8("\u0001tmp/"))));
  }

  /** The last command of each: sent again, its client's record answers it. */
  private static final Map<String, byte[]> LAST = Map.of(
      "story", DiskSamples.payload(7, DiskSamples.command(6).setDelete(Delete.newBuilder().setKey(ByteString.copyFromUtf8("shape")))),
      "hashed", DiskSamples.payload(7, DiskSamples.command(6).setDelete(Delete.newBuilder().setKey(ByteString.copyFromUtf8("shape")))),
      "leases", DiskSamples.entry(5, DiskSamples.command(4).setPut(Put.newBuilder().setKey(ByteString.copyFromUtf8("shade"))
          .setValue(ByteString.copyFromUtf8("dark")).setLease(0x6f0a))),
      "guards", DiskSamples.put(1, "blue", 2),
      "upkeep", DiskSamples.entry(1_003, DiskSamples.command(1_002).setTxn(Txn.newBuilder()
          .addCompares(Compare.newBuilder().setKey(ByteString.copyFromUtf8("sum")).setRelation(Compare.Relation.EQUAL).setModRevision(0))
          .addThen(TxnOp.newBuilder().setAdd(Add.newBuilder().setKey(ByteString.copyFromUtf8("sum")).setDelta(5))))));

  private static String again(Engine engine, ShardStore store, byte[] payload) {
    var round = new ApplyRound(engine, new RecentVersions(1 << 10));
    Batch sent = EntryPayload.decodeCommands(payload);
    List<WriteResult> results = store.apply(round, new EntryId(store.applied().term(), store.applied().index() + 1),
        new Batch(store.applied().revision() + 1, sent.clientRecordsMax(), sent.txnBounds(), sent.writes()));
    round.commit();
    return "sent again: " + Shown.of(results) + "\n";
  }

  private interface EngineUse<T> {
    T with(Engine engine);
  }

  private <T> T inEngine(String name, EngineUse<T> use) {
    try (Engine engine = new RocksEngines(EngineSettings.DEFAULT, failure -> { }).open(folder.resolve(name).toString())) {
      return use.with(engine);
    }
  }

  /** Everything in the engine: family, key, value, each with its length before it. Of a long life the small family alone. */
  private static byte[] contents(Engine engine, boolean smallAlone, boolean hashes) {
    var out = new BytesOut(1 << 10);
    for (Family family : smallAlone ? new Family[] {Family.SMALL} : Family.values()) {
      try (EngineView view = engine.view(); EngineCursor cursor = view.cursor(family, new byte[0], null)) {
        for (; cursor.valid(); cursor.next()) {
          byte[] key = cursor.key();
          byte[] value = cursor.value();
          if (!hashes && family == Family.SMALL && key[0] == OnDiskFormat.SMALL_STORE && key[5] == OnDiskFormat.STORE_HASH) {
            continue;
          }
          out.int8(family.ordinal()).varint(key.length).bytes(key, 0, key.length).varint(value.length).bytes(value, 0, value.length);
        }
      }
    }
    return out.toArray();
  }

  private static void load(Engine engine, byte[] contents) {
    EngineBatch batch = engine.newBatch();
    var in = new BytesIn(contents);
    while (in.left() > 0) {
      batch.put(Family.values()[in.int8()], in.sized(), in.sized());
    }
    engine.write(batch);
  }

  @Test
  @DisplayName("UP-05 every record of the engine is written as it always was, of each family and kind one at least")
  void engineIsWrittenAsItWas() throws Exception {
    var kinds = new TreeSet<String>();
    for (Map.Entry<String, Consumer<Engine>> life : lives().entrySet()) {
      byte[] written = inEngine("write-" + life.getKey(), engine -> {
        life.getValue().accept(engine);
        return contents(engine, life.getKey().equals("upkeep"), !isOlderThanHashes(life.getKey()));
      });
      GoldenFiles.written(ENGINE, life.getKey(), written);
      kinds(written, kinds);
    }
    for (Family family : Family.values()) {
      assertThat(kinds).as("a record of family %s", family).anyMatch(kind -> kind.startsWith(family.name()));
    }
    for (Field field : OnDiskFormat.class.getFields()) {
      if (Modifier.isStatic(field.getModifiers()) && field.getType() == byte.class && field.getName().matches("(SMALL|STORE)_.*")) {
        assertThat(kinds).as("a record of kind %s, in lives()", field.getName())
            .contains("SMALL " + (field.getName().startsWith("STORE") ? "store " : "") + field.getByte(null));
      }
    }
  }

  private static void kinds(byte[] contents, TreeSet<String> into) {
    var in = new BytesIn(contents);
    while (in.left() > 0) {
      Family family = Family.values()[in.int8()];
      byte[] key = in.sized();
      in.sized();
      into.add(family == Family.SMALL ? "SMALL " + key[0] : family.name());
      if (family == Family.SMALL && key[0] == OnDiskFormat.SMALL_STORE) {
        into.add("SMALL store " + key[5]);
      }
    }
  }

  @Test
  @DisplayName("UP-05 every record of an engine that was ever written is read as it was meant")
  void engineIsReadAsItWas() {
    int read = 0;
    for (String version : GoldenFiles.versions("engine")) {
      for (Map.Entry<String, byte[]> golden : GoldenFiles.of(version).entrySet()) {
        GoldenFiles.read(version, golden.getKey(), inEngine(version + "-" + golden.getKey(), engine -> {
          load(engine, golden.getValue());
          ReplicaCatalog catalog = ReplicaCatalog.open(engine);
          String suspect = mark(catalog);
          return "replica " + Shown.of(catalog.replica(1)) + "\njoined " + Shown.of(catalog.joined()) + "\n" + suspect
              + (suspect.isEmpty() ? meaning(golden.getKey(), engine, golden.getValue(), catalog.replica(1).get().store()) : "");
        }));
        read++;
      }
    }
    assertThat(read).isGreaterThanOrEqualTo(lives().size());
  }

  /** All that a store can be asked. */
  private static String meaning(String life, Engine engine, byte[] contents, long number) {
    ShardStore store = ShardStore.open(engine, number, 1);
    var text = new StringBuilder();
    if (!isOlderThanHashes(life)) {
      text.append("hash ").append(Long.toHexString(store.hashes().now().hash())).append(" at ").append(store.hashes().now().index()).append('\n');
    }
    text.append("applied ").append(Shown.of(store.applied())).append(", compacted ").append(store.compacted()).append(", clients ")
        .append(store.clients()).append(", level ").append(store.featureLevel()).append(", without 1 event ").append(store.revisionWithout(1))
        .append("\nmembers ").append(Shown.of(store.members())).append('\n');
    for (String name : store.records("")) {
      text.append("record ").append(name).append(' ').append(Shown.of(store.record(name))).append('\n');
    }
    text.append("nodes ").append(Shown.of(SystemState.nodes(store))).append("\nhistory ").append(Shown.of(SystemState.history(store)))
        .append("\nno history of ").append(Shown.of(store.historyRules().off())).append('\n');
    text.append("leases ").append(Shown.of(store.leaseReads().granted())).append("\nknown ").append(Shown.of(store.leaseReads().known()))
        .append("\nfenced guards ").append(Shown.of(store.guardReads().fenced()))
        .append("\nguards ").append(Shown.of(store.guardReads().home(new Subject(new byte[] {1, 'c', 'o', 'l', 'o', 'r'}, 2)))).append('\n');
    store.leaseReads().known().forEach(lease -> text.append("keys ").append(Shown.of(store.leaseReads().keys(lease.id(), 10))).append('\n'));
    var keys = new TreeSet<String>();
    var in = new BytesIn(contents);
    while (in.left() > 0) {
      Family family = Family.values()[in.int8()];
      byte[] key = in.sized();
      in.sized();
      if (family == Family.NEWEST || family == Family.DELETED) {
        keys.add(Shown.of(OnDiskFormat.userKey(key)));
      }
    }
    for (String key : keys) {
      byte[] bytes = HexFormat.of().parseHex(key);
      for (long revision = 1; revision <= store.applied().revision(); revision++) {
        text.append(key).append(" at ").append(revision).append(": ").append(Shown.of(store.get(bytes, revision))).append('\n');
      }
    }
    try (EventReader events = store.events(1, 0)) {
      while (events.next()) {
        text.append("event of ").append(events.revision()).append(": ").append(Shown.of(events.event())).append('\n');
      }
    }
    return text.append(again(engine, store, LAST.get(life))).toString();
  }

  // ---- snapshots ----

  @Test
  @DisplayName("UP-05 a snapshot is written as it always was")
  void snapshotIsWrittenAsItWas() {
    lives().forEach((name, life) -> {
      if (!Set.of("upkeep", "suspect", "log-end", "fenced", "hashed").contains(name)) {
        GoldenFiles.written(SNAPSHOT, name, inEngine("snapshot-" + name, engine -> {
          life.accept(engine);
          ReplicaRecord record = ReplicaCatalog.open(engine).replica(1).get();
          try (SnapshotSource source = SnapshotSource.open(engine, ShardStore.open(engine, record.store(), 1), record,
              "demo".getBytes(StandardCharsets.UTF_8))) {
            return source.next(256 << 10);
          }
        }));
      }
    });
  }

  @Test
  @DisplayName("UP-05 every snapshot that was ever written is installed as it was meant")
  void snapshotIsReadAsItWas() throws Exception {
    int read = 0;
    for (String version : GoldenFiles.versions("snapshot")) {
      for (Map.Entry<String, byte[]> golden : GoldenFiles.of(version).entrySet()) {
        GoldenFiles.read(version, golden.getKey(), inEngine(version + "-" + golden.getKey(), engine -> {
          try {
            var sink = new SnapshotSink(engine, 7);
            sink.add(golden.getValue());
            assertThat(sink.complete()).isTrue();
            String header = Shown.of(sink.finish());
            return header + "\n" + meaning(golden.getKey(), engine, contents(engine, false, false), 7);
          } catch (BadSnapshotException e) {
            throw new AssertionError(e);
          }
        }));
        read++;
      }
    }
    assertThat(read).isGreaterThanOrEqualTo(3);
  }
}
