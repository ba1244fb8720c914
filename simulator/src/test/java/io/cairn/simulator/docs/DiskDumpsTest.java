package io.cairn.simulator.docs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.platform.JdkFiles;
import io.cairn.server.command.EntryPayload;
import io.cairn.server.command.ShardCommand;
import io.cairn.server.command.SystemCommand;
import io.cairn.storage.StorageFailure;
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
import io.cairn.storage.log.SharedLog;
import io.cairn.storage.mvcc.ShardStore;
import io.cairn.storage.snapshot.SnapshotSource;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
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
  @TempDir
  private Path folder;

  @Test
  void identityIsAsThePageShowsIt() throws IOException {
    try (NodeDirectory directory = NodeDirectory.open(new JdkFiles(), folder.toString(), "demo", "n1", 0x0123456789abcdefL, new DiskSamples.Ones())) {
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
      DiskSamples.write(log);
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
    Pages.compare(PAGE, "payloads", "A batch of one command:\n\n" + fenced(DiskReader.payload(DiskSamples.put(1, "blue", 2)))
        + "\nMore revisions for the oracle:\n\n" + fenced(DiskReader.payload(EntryPayload.system(new SystemCommand.ExtendWindow(10_000))))
        + "\nMembers:\n\n" + fenced(DiskReader.membership(DiskSamples.MEMBERS)));
  }

  @Test
  void engineAndSnapshotAreAsThePageShowsThem() {
    var engines = new RocksEngines(EngineSettings.DEFAULT, failure -> { });
    try (Engine engine = engines.open(folder.resolve("engine").toString())) {
      ReplicaRecord record = DiskSamples.record(engine);
      ShardStore store = DiskSamples.applied(engine, record.store());
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
      ReplicaRecord record = DiskSamples.record(engine);
      DiskSamples.leases(engine, record.store());
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
      ReplicaRecord record = DiskSamples.record(engine);
      DiskSamples.guards(engine, record.store());
      Pages.compare(PAGE, "guards", family(engine, Family.SMALL, key -> key.length > 5 && key[0] == 0x10 && key[5] >= 8 && key[5] <= 9,
          (key, value) -> DiskReader.smallKey(key) + "=\n" + DiskReader.smallValue(key, value)));
      refused(engine, Family.SMALL, 7, () -> ShardStore.open(engine, record.store()));
      refused(engine, Family.SMALL, 8, () -> ShardStore.open(engine, record.store()));
    }
  }

  /** Each value begins with its format: with another one there it is refused, never half understood. */
  @Test
  void valueOfAnotherFormatIsRefusedWhole() {
    var engines = new RocksEngines(EngineSettings.DEFAULT, failure -> { });
    try (Engine engine = engines.open(folder.resolve("engine").toString())) {
      ReplicaRecord record = DiskSamples.record(engine);
      ShardStore store = DiskSamples.applied(engine, record.store());
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

  private static String families(Engine engine) {
    return "### newest\n\n" + family(engine, Family.NEWEST, (key, value) -> DiskReader.storeKey(key) + "=\n" + DiskReader.version(value))
        + "### deleted\n\n" + family(engine, Family.DELETED, (key, value) -> DiskReader.storeKey(key) + "=\n" + DiskReader.deleted(value))
        + "### events\n\n" + family(engine, Family.EVENTS, (key, value) -> DiskReader.eventKey(key) + "=\n" + DiskReader.event(value))
        + "### small\n\n" + family(engine, Family.SMALL, (key, value) -> DiskReader.smallKey(key) + "=\n" + DiskReader.smallValue(key, value))
        + "The nodes in the replica's record, taken apart:\n\n" + fenced(DiskReader.nodes(DiskSamples.NODES));
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
}
