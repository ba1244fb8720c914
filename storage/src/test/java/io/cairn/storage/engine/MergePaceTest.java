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
  @CsvSource({"0, 24, 1", "24, 24, 1", "32, 24, 1", "34, 24, 2", "36, 24, 4", "46, 24, 128", "48, 24, 128", "1000000, 24, 128",
      "8, 8, 1", "10, 8, 1", "11, 8, 1", "12, 8, 4", "4, 4, 1", "5, 4, 1", "6, 4, 4", "8, 4, 128"})
  void eachTwelfthThatIsLateDoublesThePace(int files, int toMerge, int times) {
    assertThat(MergePace.pace(files, toMerge)).isEqualTo(times * MergePace.UNHURRIED);
  }

  @Test
  @DisplayName("long before RocksDB slows writes down, nothing limits merges, in any family")
  void nothingIsLimitedWhereWritesWouldBeSlowedDown() {
    for (Family family : Family.values()) {
      int toMerge = RocksOptions.filesToMerge(family);
      int halfWay = RocksOptions.SLOWED_AT * toMerge / 2;
      assertThat(MergePace.pace(halfWay, toMerge)).as("%s", family).isEqualTo(MergePace.UNLIMITED);
    }
  }

  @Test
  @DisplayName("36 runs of events wait, then none: the limit goes up, and down again")
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

        for (byte i = 0; i < 36; i++) {
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
