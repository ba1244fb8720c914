package io.cairn.simulator.docs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.cairn.platform.Clock;
import io.cairn.platform.EventLoop;
import io.cairn.platform.JdkFiles;
import io.cairn.platform.RandomSource;
import io.cairn.protocol.wire.Command;
import io.cairn.protocol.wire.Delete;
import io.cairn.protocol.wire.LeaseGrant;
import io.cairn.protocol.wire.Put;
import io.cairn.raft.ReplicaId;
import io.cairn.raft.log.Entry;
import io.cairn.raft.log.EntryId;
import io.cairn.raft.log.EntryKind;
import io.cairn.raft.log.HardState;
import io.cairn.raft.membership.Membership;
import io.cairn.raft.membership.MembershipCodec;
import io.cairn.server.apply.Applier;
import io.cairn.server.command.EntryPayload;
import io.cairn.server.command.HomeCommand;
import io.cairn.server.command.ShardCommand;
import io.cairn.server.command.ShardCommand.ChangeGuards;
import io.cairn.server.command.SystemCommand;
import io.cairn.server.shard.DescriptorCodec;
import io.cairn.storage.StorageFailure;
import io.cairn.storage.catalog.Piece;
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
import io.cairn.storage.log.LogSettings;
import io.cairn.storage.log.LogWrite;
import io.cairn.storage.log.ReplicaKey;
import io.cairn.storage.log.SharedLog;
import io.cairn.storage.guard.Subject;
import io.cairn.storage.lease.HomeLeases;
import io.cairn.storage.mvcc.Op;
import io.cairn.storage.mvcc.ShardStore;
import io.cairn.storage.mvcc.TxnBounds;
import io.cairn.storage.snapshot.SnapshotSource;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiFunction;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Has the real code write one of everything that lies in a data directory, reads it by the words of docs/on-disk.md alone
 * ({@link DiskReader}), and compares what that shows with the page.
 */
class DiskDumpsTest {
  private static final String PAGE = "on-disk.md";
  private static final ReplicaId ONE = new ReplicaId(1);
  private static final ReplicaKey REPLICA = new ReplicaKey(1, ONE);
  private static final ByteString COLOR = ByteString.copyFromUtf8("color");
  private static final long TERM = 3;
  private static final byte[] MEMBERS = MembershipCodec.encode(
      Membership.of(new TreeSet<>(List.of(ONE, new ReplicaId(2), new ReplicaId(3)))));
  private static final byte[] NODES = DescriptorCodec.encodeNodes(
      new TreeMap<>(Map.of(ONE, "n1", new ReplicaId(2), "n2", new ReplicaId(3), "n3")));

  @TempDir
  private Path folder;

  @Test
  void identityIsAsThePageShowsIt() throws IOException {
    try (NodeDirectory directory = NodeDirectory.open(new JdkFiles(), folder.toString(), "demo", "n1", 0x0123456789abcdefL, new Ones())) {
      directory.rememberPeer("n2", Incarnation.parse("2".repeat(32)));
      directory.markBootstrapped();
    }
    Pages.compare(PAGE, "identity", fenced(Files.readString(folder.resolve("IDENTITY"))));
    try (var names = Files.list(folder)) {
      assertThat(names.map(path -> path.getFileName().toString())).containsExactlyInAnyOrder("IDENTITY", "LOCK");
    }
  }

  @Test
  void logIsAsThePageShowsIt() throws IOException {
    var settings = new LogSettings(16 << 10, 0, "demo");
    try (SharedLog log = SharedLog.open(new JdkFiles(), folder.toString(), settings)) {
      log.append(List.of(new LogWrite(REPLICA, Optional.of(new HardState(TERM, 2, 0)),
          List.of(new Entry(TERM, 1, EntryKind.LEADER, new byte[0]), new Entry(TERM, 2, EntryKind.COMMAND, put(1, "blue", 2))), Optional.empty())));
      log.append(List.of(new LogWrite(REPLICA, Optional.empty(), List.of(), Optional.of(new EntryId(TERM, 9)))));
      log.destroy(new ReplicaKey(2, ONE));
    }
    byte[] first = Files.readAllBytes(folder.resolve("0000000001.seg"));
    SharedLog.open(new JdkFiles(), folder.toString(), settings).close();
    byte[] second = Files.readAllBytes(folder.resolve("0000000002.seg"));

    var page = new StringBuilder("The header of a second segment, begun when the node was started again:\n\n```\n");
    DiskReader.header(second, page);
    page.append("```\n\nand the tag of its first sector:\n\n```\n").append(DiskReader.tag(second, 0)).append("```\n\n")
        .append("In the segment before it, a batch with term and vote of a replica, and two entries:\n\n```\n");
    int at = DiskReader.batch(first, DiskReader.header(first, new StringBuilder()), page);
    page.append("```\n\nA log that goes on behind a snapshot, up to index 9:\n\n```\n");
    at = DiskReader.batch(first, at, page);
    page.append("```\n\nA replica that is gone:\n\n```\n");
    at = DiskReader.batch(first, at, page);
    page.append("```\n\nBehind the last batch, a sector that was filled and never written:\n\n```\n");
    var empty = new Fields(DiskReader.data(first, at, 1));
    empty.zeros(500, "data");
    page.append(empty.end()).append(DiskReader.tag(first, at)).append("```\n");
    Pages.compare(PAGE, "log", page.toString());
    try (var names = Files.list(folder)) {
      assertThat(names.map(path -> path.getFileName().toString()))
          .containsExactlyInAnyOrder("0000000001.seg", "0000000002.seg", "0000000003.seg", "reserve.seg");
    }
  }

  @Test
  void payloadsOfEntriesAreAsThePageShowsThem() {
    Pages.compare(PAGE, "payloads", "A batch of one command:\n\n" + fenced(DiskReader.payload(put(1, "blue", 2)))
        + "\nMore revisions for the oracle:\n\n" + fenced(DiskReader.payload(EntryPayload.system(new SystemCommand.ExtendWindow(10_000))))
        + "\nMembers:\n\n" + fenced(DiskReader.membership(MEMBERS)));
  }

  @Test
  void engineAndSnapshotAreAsThePageShowsThem() {
    var engines = new RocksEngines(EngineSettings.DEFAULT, failure -> { });
    try (Engine engine = engines.open(folder.resolve("engine").toString())) {
      ReplicaRecord record = record(engine);
      ShardStore store = applied(engine, record.store());
      Pages.compare(PAGE, "engine", families(engine));
      try (SnapshotSource source = SnapshotSource.open(engine, store, record, "demo".getBytes(StandardCharsets.UTF_8))) {
        Pages.compare(PAGE, "snapshot", fenced(DiskReader.chunk(source.next(256 << 10))));
      }
    }
  }

  @Test
  void leasesAreAsThePageShowsThem() {
    var engines = new RocksEngines(EngineSettings.DEFAULT, failure -> { });
    try (Engine engine = engines.open(folder.resolve("engine").toString())) {
      ReplicaRecord record = record(engine);
      ShardStore store = ShardStore.open(engine, record.store(), 1);
      var granted = new Op.Generation(0x6f0a, HomeLeases.grantAt(2, 0));
      apply(store, engine, EntryPayload.system(new SystemCommand.ExtendWindow(10_000)), entry(2, command(1).setLeaseGrant(LeaseGrant.newBuilder().setId(granted.id()).setTtlMillis(30_000))),
          EntryPayload.system(new SystemCommand.ChangeLeases(new HomeCommand.Register(List.of(new HomeCommand.InShard(granted.id(), 1))))),
          EntryPayload.upkeep(new ShardCommand.ChangeLeases(ShardCommand.ChangeLeases.Kind.KNOW, List.of(granted))),
          entry(3, command(2).setPut(Put.newBuilder().setKey(COLOR).setValue(ByteString.copyFromUtf8("blue")).setLease(granted.id()))),
          entry(4, command(3).setPut(Put.newBuilder().setKey(ByteString.copyFromUtf8("shape")).setValue(ByteString.copyFromUtf8("round"))
              .setTtlMillis(5_000))),
          entry(5, command(4).setPut(Put.newBuilder().setKey(ByteString.copyFromUtf8("shade")).setValue(ByteString.copyFromUtf8("dark"))
              .setLease(granted.id()))));
      Pages.compare(PAGE, "leases", family(engine, Family.SMALL, key -> key.length > 5 && key[0] == 0x10 && key[5] >= 3 && key[5] <= 5,
          (key, value) -> DiskReader.smallKey(key) + "=\n" + DiskReader.smallValue(key, value)));
      refused(engine, Family.SMALL, 7, () -> ShardStore.open(engine, record.store()));
      refused(engine, Family.SMALL, 9, () -> ShardStore.open(engine, record.store()));
    }
  }

  @Test
  void guardsAreAsThePageShowsThem() {
    var engines = new RocksEngines(EngineSettings.DEFAULT, failure -> { });
    try (Engine engine = engines.open(folder.resolve("engine").toString())) {
      ReplicaRecord record = record(engine);
      ShardStore store = ShardStore.open(engine, record.store(), 1);
      var here = new Subject(new byte[] {1, 'c', 'o', 'l', 'o', 'r'}, 2);
      var elsewhere = new Subject(new byte[] {1, '{', 'x', '}', '/', 'l', 'o', 'c', 'k', '/', '1'}, 9);
      apply(store, engine, EntryPayload.system(new SystemCommand.ExtendWindow(10_000)), put(1, "blue", 2), guard(ChangeGuards.Kind.REGISTER, here, 2),
          guard(ChangeGuards.Kind.REGISTER, here, 3), guard(ChangeGuards.Kind.KNOW, elsewhere, 0), guard(ChangeGuards.Kind.FENCE, elsewhere, 0));
      Pages.compare(PAGE, "guards", family(engine, Family.SMALL, key -> key.length > 5 && key[0] == 0x10 && key[5] >= 8 && key[5] <= 9,
          (key, value) -> DiskReader.smallKey(key) + "=\n" + DiskReader.smallValue(key, value)));
      refused(engine, Family.SMALL, 7, () -> ShardStore.open(engine, record.store()));
      refused(engine, Family.SMALL, 8, () -> ShardStore.open(engine, record.store()));
    }
  }

  private static byte[] guard(ChangeGuards.Kind kind, Subject subject, int shard) {
    return EntryPayload.upkeep(new ChangeGuards(kind, subject, shard));
  }

  private static byte[] entry(long revision, Command.Builder command) {
    return EntryPayload.commands(EntryPayload.LEASES_LEVEL, revision, 100_000, new TxnBounds(1 << 20, 10_000), List.of(command.build().toByteString()));
  }

  /** Each value begins with its format: with another one there it is refused, never half understood. */
  @Test
  void valueOfAnotherFormatIsRefusedWhole() {
    var engines = new RocksEngines(EngineSettings.DEFAULT, failure -> { });
    try (Engine engine = engines.open(folder.resolve("engine").toString())) {
      ReplicaRecord record = record(engine);
      ShardStore store = applied(engine, record.store());
      byte[] color = {1, 'c', 'o', 'l', 'o', 'r'};
      assertThat(store.get(color, 3).mod()).as("as long as all is as it was").isEqualTo(3);

      refused(engine, Family.EVENTS, 2, () -> store.get(color, 3));
      refused(engine, Family.NEWEST, 0, () -> store.get(color, 0));
      refused(engine, Family.SMALL, 2, () -> ReplicaCatalog.open(engine).replica(1));
      refused(engine, Family.SMALL, 3, () -> ShardStore.open(engine, record.store()));
      refused(engine, Family.SMALL, 4, () -> ShardStore.open(engine, record.store()));
    }
  }

  /** Raises the first byte of the family's n-th value, from 0, for as long as it takes to read it. */
  private static void refused(Engine engine, Family family, int number, Runnable read) {
    byte[] key;
    byte[] value;
    try (EngineView view = engine.view(); EngineCursor cursor = view.cursor(family, new byte[0], null)) {
      for (int i = 0; i < number; i++) {
        cursor.next();
      }
      key = cursor.key();
      value = cursor.value();
    }
    byte[] other = value.clone();
    other[0]++;
    write(engine, family, key, other);
    assertThatThrownBy(read::run).as("value %d of %s", number, family)
        .isInstanceOfSatisfying(StorageFailure.class, failure -> assertThat(failure.kind()).isEqualTo(StorageFailure.Kind.NEWER_FORMAT))
        .hasMessageContaining("format 2").hasMessageContaining("reads");
    write(engine, family, key, value);
  }

  private static void write(Engine engine, Family family, byte[] key, byte[] value) {
    EngineBatch batch = engine.newBatch();
    batch.put(family, key, value);
    engine.write(batch);
  }

  private static ReplicaRecord record(Engine engine) {
    ReplicaCatalog catalog = ReplicaCatalog.open(engine);
    EngineBatch batch = engine.newBatch();
    byte[] start = {1};
    byte[] end = {2};
    var record = new ReplicaRecord(1, 1, 1, 1, start, end, List.of(new Piece(catalog.newStore(batch), start, end)), MEMBERS, NODES);
    catalog.create(batch, record);
    engine.write(batch);
    return record;
  }

  /** A small life: two puts of a key, its delete, a put after that; and a window, which only the system shard's store really has. */
  private static ShardStore applied(Engine engine, long number) {
    ShardStore store = ShardStore.open(engine, number);
    byte[][] payloads = {EntryPayload.system(new SystemCommand.ExtendWindow(10_000)), put(1, "blue", 2), put(2, "green", 3),
        payload(4, command(3).setDelete(Delete.newBuilder().setKey(COLOR).setPrevious(true))), put(4, "red", 5),
        payload(6, command(5).setPut(Put.newBuilder().setKey(ByteString.copyFromUtf8("shape")).setValue(ByteString.copyFromUtf8("round")))),
        payload(7, command(6).setDelete(Delete.newBuilder().setKey(ByteString.copyFromUtf8("shape"))))};
    apply(store, engine, payloads);
    return store;
  }

  private static void apply(ShardStore store, Engine engine, byte[]... payloads) {
    var applier = new Applier(engine, 1 << 14, new Inline(), new Still(), (what, cause) -> {
      throw new IllegalStateException(what, cause);
    }, (nanos, commands) -> { });
    for (int i = 0; i < payloads.length; i++) {
      applier.submit(store, List.of(new Entry(TERM, i + 1, i == 0 ? EntryKind.LEADER : EntryKind.COMMAND, payloads[i])), new Inline(),
          (entries, effects) -> { });
    }
  }

  private static Command.Builder command(long sequence) {
    return Command.newBuilder().setClientHigh(0x0a0b0c0d0e0f1011L).setClientLow(0x1213141516171819L).setSequence(sequence)
        .setLowestOpen(Math.max(1, sequence - 3)).setSeen(1).setKeyspace(1);
  }

  private static byte[] put(long sequence, String value, long revision) {
    return payload(revision, command(sequence).setPut(Put.newBuilder().setKey(COLOR).setValue(ByteString.copyFromUtf8(value))));
  }

  private static byte[] payload(long revision, Command.Builder command) {
    return EntryPayload.commands(revision, 100_000, List.of(command.build().toByteString()));
  }

  private static String families(Engine engine) {
    return "### newest\n\n" + family(engine, Family.NEWEST, (key, value) -> DiskReader.storeKey(key) + "=\n" + DiskReader.version(value))
        + "### deleted\n\n" + family(engine, Family.DELETED, (key, value) -> DiskReader.storeKey(key) + "=\n" + DiskReader.deleted(value))
        + "### events\n\n" + family(engine, Family.EVENTS, (key, value) -> DiskReader.eventKey(key) + "=\n" + DiskReader.event(value))
        + "### small\n\n" + family(engine, Family.SMALL, (key, value) -> DiskReader.smallKey(key) + "=\n" + DiskReader.smallValue(key, value))
        + "The nodes in the replica's record, taken apart:\n\n" + fenced(DiskReader.nodes(NODES));
  }

  private static String family(Engine engine, Family family, BiFunction<byte[], byte[], String> show) {
    return family(engine, family, key -> true, show);
  }

  private static String family(Engine engine, Family family, Predicate<byte[]> shown, BiFunction<byte[], byte[], String> show) {
    var text = new StringBuilder();
    try (EngineView view = engine.view(); EngineCursor cursor = view.cursor(family, new byte[0], null)) {
      for (; cursor.valid(); cursor.next()) {
        if (shown.test(cursor.key())) {
          text.append(fenced(show.apply(cursor.key(), cursor.value()))).append('\n');
        }
      }
    }
    return text.toString();
  }

  private static String fenced(String text) {
    return "```\n" + text + "```\n";
  }

  /** Runs what it is given at once. */
  private static final class Inline implements EventLoop {
    @Override
    public String name() {
      return "inline";
    }

    @Override
    public boolean inLoop() {
      return true;
    }

    @Override
    public void execute(Runnable task) {
      task.run();
    }

    @Override
    public Timer schedule(long delayNanos, Runnable task) {
      throw new IllegalStateException("nothing here waits");
    }
  }

  private static final class Still implements Clock {
    @Override
    public long nanoTime() {
      return 0;
    }

    @Override
    public long wallMillis() {
      return 0;
    }
  }

  /** Numbers that make an incarnation one can recognize. */
  private static final class Ones implements RandomSource {
    @Override
    public long nextLong() {
      return 0x1111111111111111L;
    }

    @Override
    public long nextLong(long bound) {
      return 0;
    }

    @Override
    public double nextDouble() {
      return 0;
    }

    @Override
    public RandomSource split(String purpose) {
      return this;
    }
  }
}
