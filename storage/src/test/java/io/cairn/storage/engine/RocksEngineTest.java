package io.cairn.storage.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.storage.StorageFailure;
import io.cairn.storage.StorageFailure.Kind;
import io.cairn.storage.bytes.BytesOut;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.DBOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

class RocksEngineTest {

  @Nested
  class Contract extends EngineContractTest {
    private ScratchEngine scratch;

    @Override
    Engine create() {
      scratch = new ScratchEngine();
      return scratch.engine();
    }

    @Override
    Engine crash() {
      return scratch.crash();
    }

    @Override
    void destroy() {
      assertThat(scratch.failures).isEmpty();
      scratch.close();
    }
  }

  @Test
  void aBatchLaidOutHereIsTheOneRocksDbWouldHaveMade() throws RocksDBException {
    try (var scratch = new ScratchEngine(); var theirs = new WriteBatch()) {
      var ours = (RocksBatch) scratch.engine().newBatch();
      ours.put(Family.SMALL, new byte[200], new byte[70_000]);
      ours.delete(Family.NEWEST, new byte[] {1});
      ours.deleteRange(Family.EVENTS, new byte[] {1}, new byte[] {2});
      var counted = new int[1];
      try (var parsed = new WriteBatch(ours.encoded())) {
        assertThat(parsed.count()).isEqualTo(3);
        assertThat(parsed.hasPut() && parsed.hasDelete() && parsed.hasDeleteRange()).isTrue();
        counted[0] = parsed.count();
      }
      assertThat(counted[0]).isEqualTo(ours.count());
      theirs.put(new byte[] {5}, new byte[] {6});
      assertThat(theirs.data()).startsWith(0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0);
    }
  }

  @Test
  @DisplayName("write buffers, indexes and filters are charged to the cache: its bound is theirs too")
  void oneBoundHoldsForAllOfTheEngine() {
    try (var scratch = new ScratchEngine()) {
      var engine = (RocksEngine) scratch.engine();
      long before = engine.cacheBytes();
      EngineBatch batch = engine.newBatch();
      for (int i = 0; i < 1_000; i++) {
        batch.put(Family.NEWEST, new byte[] {1, (byte) (i >> 8), (byte) i}, new byte[3_000]);
      }
      engine.write(batch);
      assertThat(engine.cacheBytes() - before).as("3 MB that are not flushed").isGreaterThan(2_500_000);
      engine.flush();
      for (int i = 0; i < 1_000; i++) {
        assertThat(engine.get(Family.NEWEST, new byte[] {1, (byte) (i >> 8), (byte) i})).hasSize(3_000);
      }
      assertThat(engine.cacheBytes()).as("what was read, with index and filter").isGreaterThan(2_500_000);
    }
  }

  @Test
  @DisplayName("SM-12 no sync without a write-ahead log, and the log is off")
  void writeOptionsAreChecked() {
    try (var options = new WriteOptions()) {
      assertThatThrownBy(() -> RocksOptions.checkWrite(options)).hasMessageContaining("write-ahead log is off");
      options.setDisableWAL(true).setSync(true);
      assertThatThrownBy(() -> RocksOptions.checkWrite(options)).hasMessageContaining("no sync");
      options.setSync(false);
      RocksOptions.checkWrite(options);
    }
  }

  @Test
  @DisplayName("SM-10 options under which a crash could tear families apart are refused at the start")
  void databaseOptionsAreChecked() {
    try (var options = new DBOptions(); var family = new ColumnFamilyOptions()) {
      assertThatThrownBy(() -> RocksOptions.checkDatabase(options)).hasMessageContaining("atomic_flush");
      options.setAtomicFlush(true).setAvoidFlushDuringShutdown(true);
      assertThatThrownBy(() -> RocksOptions.checkDatabase(options)).hasMessageContaining("max_bgerror_resume_count");
      options.setMaxBgErrorResumeCount(0);
      RocksOptions.checkDatabase(options);
      family.setMinWriteBufferNumberToMerge(2);
      assertThatThrownBy(() -> RocksOptions.checkFamily(family)).hasMessageContaining("min_write_buffer_number_to_merge is 1");
    }
  }

  @Test
  @DisplayName("SM-09 the library is none of those whose atomic flush left out what was older: without a write-ahead log that was lost at a crash")
  void theLibraryIsNewEnough() {
    // #11148 was found in January 2023, after 7.10 was out. What every test of crashes here was run with is the floor: below it they say nothing.
    RocksDB.Version version = RocksDB.rocksdbVersion();
    assertThat(version.getMajor() * 1_000 + version.getMinor()).as("RocksDB %s", version).isGreaterThanOrEqualTo(11_008);
  }

  @Test
  @DisplayName("SM-11 only the engine flushes, and always every family")
  void onlyTheEngineCallsFlush() throws IOException {
    Path sources = Path.of("src/main/java");
    assertThat(sources).isDirectory();
    try (var files = Files.walk(sources)) {
      List<String> callers = files.filter(file -> file.toString().endsWith(".java"))
          .filter(file -> read(file).contains("db.flush(") || read(file).contains("import org.rocksdb.FlushOptions"))
          .map(file -> file.getFileName().toString()).sorted().toList();
      assertThat(callers).containsExactly("RocksEngine.java", "RocksOptions.java");
    }
    assertThat(read(sources.resolve("io/cairn/storage/engine/RocksEngine.java"))).containsOnlyOnce("db.flush(options.flush, handles)");
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void anEngineOfANewerFormatIsRefusedUntouched() throws IOException {
    try (var scratch = new ScratchEngine()) {
      EngineBatch batch = scratch.engine().newBatch();
      batch.put(Family.SMALL, new byte[] {0}, new BytesOut().varint(99).toArray());
      batch.put(Family.NEWEST, new byte[] {1}, new byte[] {1});
      scratch.engine().write(batch);
      scratch.engine().flush();
      scratch.engine().close();
      var before = contents(scratch.directory);
      assertThatThrownBy(scratch::open).isInstanceOfSatisfying(StorageFailure.class, failure -> {
        assertThat(failure.kind()).isEqualTo(Kind.NEWER_FORMAT);
        assertThat(failure).hasMessageContaining("format 99").hasMessageContaining("up to 1");
      });
      assertThat(contents(scratch.directory)).isEqualTo(before);
    }
  }

  private static TreeMap<String, List<Object>> contents(Path directory) throws IOException {
    var contents = new TreeMap<String, List<Object>>();
    try (var files = Files.walk(directory)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        contents.put(file.toString(), List.of(Files.getLastModifiedTime(file), java.util.Arrays.hashCode(Files.readAllBytes(file))));
      }
    }
    return contents;
  }

  @Test
  void aSecondOpenOfTheSameDirectoryIsRefused() {
    try (var scratch = new ScratchEngine()) {
      var failures = new ArrayList<StorageFailure>();
      var engines = new RocksEngines(ScratchEngine.SMALL, failures::add);
      assertThatThrownBy(() -> engines.open(scratch.directory.resolve("engine").toString()))
          .isInstanceOfSatisfying(StorageFailure.class, failure -> assertThat(failure.kind()).isEqualTo(Kind.WRONG_DIRECTORY));
    }
  }

  @Test
  @DisplayName("ST-11 a flush that fails is told once, and every later call fails: nothing resumes by itself")
  void afterAFailedFlushNothingGoesOn() {
    var scratch = new ScratchEngine();
    Engine engine = scratch.engine();
    EngineBatch batch = engine.newBatch();
    batch.put(Family.NEWEST, new byte[] {1}, new byte[] {1});
    engine.write(batch);
    ScratchEngine.delete(scratch.directory);
    assertThatThrownBy(engine::flush).isInstanceOf(StorageFailure.class);
    assertThat(scratch.failures).hasSize(1);
    assertThat(scratch.failures.getFirst().kind()).isEqualTo(Kind.DISK);
    assertThatThrownBy(() -> engine.get(Family.NEWEST, new byte[] {1})).isInstanceOf(StorageFailure.class);
    batch.put(Family.NEWEST, new byte[] {2}, new byte[] {2});
    assertThatThrownBy(() -> engine.write(batch)).isInstanceOf(StorageFailure.class);
    assertThatThrownBy(engine::flush).isInstanceOf(StorageFailure.class);
    assertThat(scratch.failures).hasSize(1);
    scratch.close();
  }

  @Test
  @DisplayName("ST-11 a flush that RocksDB began by itself and that failed is found by a later write")
  void aFailureInTheBackgroundIsFoundByAWrite() {
    var scratch = new ScratchEngine();
    Engine engine = scratch.engine();
    ScratchEngine.delete(scratch.directory);
    EngineBatch batch = engine.newBatch();
    var found = new AtomicReference<StorageFailure>();
    // Far above the budget of 16 MiB: RocksDB flushes by itself, and makes writers wait rather than growing without bound.
    for (int i = 0; i < 100 && found.get() == null; i++) {
      batch.put(Family.EVENTS, new byte[] {(byte) i}, new byte[1 << 20]);
      try {
        engine.write(batch);
      } catch (StorageFailure e) {
        found.set(e);
      }
    }
    assertThat(found.get()).isNotNull();
    assertThat(scratch.failures).hasSize(1);
    scratch.close();
  }

  @Test
  @DisplayName("ST-11 a flush in the background that failed is found by the flush before an orderly end, and by a look at the disk's room")
  void aFailureInTheBackgroundIsFoundWithoutAWrite() {
    for (Consumer<Engine> look : List.<Consumer<Engine>>of(Engine::flush, engine -> engine.roomOnDisk(Long.MAX_VALUE))) {
      var scratch = new ScratchEngine();
      Engine engine = scratch.engine();
      ScratchEngine.delete(scratch.directory);
      EngineBatch batch = engine.newBatch();
      // Above what one memtable holds and below what all may: RocksDB flushes it, and no write has to wait for that.
      for (int i = 0; i < 9; i++) {
        batch.put(Family.EVENTS, new byte[] {(byte) i}, new byte[1 << 20]);
      }
      engine.write(batch);
      assertThatThrownBy(() -> {
        batch.put(Family.EVENTS, new byte[] {10}, new byte[1]);
        engine.write(batch); // Finds the memtable full, and has it flushed.
        for (int i = 0; i < 1_000_000 && scratch.failures.isEmpty(); i++) {
          look.accept(engine);
        }
      }).isInstanceOf(StorageFailure.class);
      assertThat(scratch.failures).hasSize(1);
      scratch.close();
    }
  }

  @Test
  void callsAfterTheCloseGetAnExceptionAndViewsLeftOpenAreFreed() {
    var scratch = new ScratchEngine();
    Engine engine = scratch.engine();
    EngineView view = engine.view();
    EngineCursor cursor = view.cursor(Family.NEWEST, new byte[0], null);
    engine.close();
    assertThatThrownBy(() -> engine.get(Family.NEWEST, new byte[] {1})).hasMessageContaining("closed");
    assertThatThrownBy(() -> view.get(Family.NEWEST, new byte[] {1})).hasMessageContaining("closed");
    assertThatThrownBy(cursor::valid).hasMessageContaining("closed");
    cursor.close();
    view.close();
    scratch.close();
  }

  @Test
  void settingsThatCannotWorkAreRefusedInWords() {
    assertThatThrownBy(() -> new EngineSettings(1, 64 << 20, 1)).hasMessageContaining("block cache must be 1 MiB");
    assertThatThrownBy(() -> new EngineSettings(64 << 20, 1, 1)).hasMessageContaining("write buffers must have 4 MiB");
    assertThatThrownBy(() -> new EngineSettings(64 << 20, 64 << 20, 0)).hasMessageContaining("1 background job");
  }
}
