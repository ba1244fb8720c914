package io.cairn.storage.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.DBOptions;
import org.rocksdb.FlushOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;

/** Merges are slow while few files wait for one, and as fast as they can be before writes would be slowed down. */
class MergePaceTest {

  @ParameterizedTest
  @CsvSource({"0, 1", "1, 1", "16, 1", "17, 2", "18, 2", "19, 4", "29, 128", "30, 128", "1000000, 128"})
  void eachTwoFilesMoreThatAreLateDoubleThePace(int late, int times) {
    assertThat(MergePace.pace(late)).isEqualTo(times * MergePace.UNHURRIED);
  }

  @Test
  @DisplayName("ten flushes before RocksDB slows writes down, nothing limits merges")
  void nothingIsLimitedWhereWritesWouldBeSlowedDown() {
    assertThat(MergePace.pace(RocksOptions.SLOWED_LATE - 10)).isEqualTo(MergePace.UNLIMITED);
  }

  @Test
  @DisplayName("an engine's merges keep to the limit, and the limit follows its flushes: with next to nothing files pile up, until they are late")
  void anEngineKeepsToIt(@TempDir Path directory) {
    try (var engine = new RocksEngine(directory.toString(), new EngineSettings(4 << 20, 16 << 20, 4), failure -> {})) {
      engine.pace.limiter.setBytesPerSecond(100_000); // A fifth of one flush in a second.
      int flushes = 0;
      while (engine.merges().late() <= MergePace.AT_EASE) {
        assertThat(engine.merges().bytesPerSecond()).as("after %d flushes", flushes).isEqualTo(MergePace.UNHURRIED);
        assertThat(flushes++).as("flushes without one that merges are late for").isLessThan(60);
        EngineBatch batch = engine.newBatch();
        batch.put(Family.SMALL, new byte[] {1}, new byte[500_000]); // Files with one key each would only be moved.
        engine.write(batch);
        engine.flush();
      }
      assertThat(engine.merges().bytesPerSecond()).isEqualTo(MergePace.pace(engine.merges().late()));
      assertThat(engine.pace.limiter.getBytesPerSecond()).isEqualTo(engine.merges().bytesPerSecond()).isGreaterThan(MergePace.UNHURRIED);
    }
    try (var again = new RocksEngine(directory.toString(), new EngineSettings(4 << 20, 16 << 20, 4), failure -> {})) {
      assertThat(again.merges().late()).as("looked at when it is opened").isPositive();
    }
  }

  @Test
  @DisplayName("43 runs of events wait, then none: the limit goes up, and down again")
  void theLimitFollowsTheFilesThatWait(@TempDir Path directory) throws RocksDBException {
    try (var pace = new MergePace(); var unmerged = new ColumnFamilyOptions().setDisableAutoCompactions(true);
        var options = new DBOptions().setCreateIfMissing(true).setCreateMissingColumnFamilies(true); var flush = new FlushOptions()) {
      var descriptors = new ArrayList<>(List.of(new ColumnFamilyDescriptor(RocksDB.DEFAULT_COLUMN_FAMILY, unmerged)));
      for (Family family : Family.values()) {
        descriptors.add(new ColumnFamilyDescriptor(RocksEngines.diskName(family), unmerged));
      }
      var handles = new ArrayList<ColumnFamilyHandle>();
      try (RocksDB db = RocksDB.open(options, directory.toString(), descriptors, handles)) {
        ColumnFamilyHandle[] families = handles.subList(1, handles.size()).toArray(ColumnFamilyHandle[]::new);
        ColumnFamilyHandle events = families[Family.EVENTS.ordinal()];
        pace.follow(db, families);
        assertThat(pace.limiter.getBytesPerSecond()).isEqualTo(MergePace.UNHURRIED);

        for (byte i = 0; i < RocksOptions.filesToMerge(Family.EVENTS) + MergePace.AT_EASE + 3; i++) {
          db.put(events, new byte[] {i}, new byte[1]);
          db.flush(flush, events);
        }
        pace.follow(db, families);
        assertThat(pace.limiter.getBytesPerSecond()).isEqualTo(4 * MergePace.UNHURRIED);

        db.compactRange(events);
        pace.follow(db, families);
        assertThat(pace.limiter.getBytesPerSecond()).isEqualTo(MergePace.UNHURRIED);
        handles.forEach(ColumnFamilyHandle::close);
      }
    }
  }
}
