package io.cairn.storage.log;

import static io.cairn.storage.log.SharedLogTest.A;
import static io.cairn.storage.log.SharedLogTest.entry;
import static io.cairn.storage.log.SharedLogTest.settings;
import static io.cairn.storage.log.SharedLogTest.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.raft.log.EntryId;
import io.cairn.raft.log.HardState;
import io.cairn.storage.MemoryFiles;
import io.cairn.storage.StorageFailure;
import io.cairn.storage.StorageFailure.Kind;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** A file of the log's end that is gone or an older copy looks like a shorter log: what the engine knows of the log tells it. */
class LogEndTest {
  private final MemoryFiles files = new MemoryFiles();
  private Map<String, byte[]> older;
  private long known;

  /** A segment with two batches, then the second one, of which there is a copy with one batch fewer. */
  @BeforeEach
  void twoSegments() {
    try (SharedLog log = SharedLog.open(files, "/log", settings())) {
      assertThat(log.lastBatch()).isZero();
      log.append(List.of(write(A, new HardState(1, 11, 0), entry(1, 1, 100))));
      log.append(List.of(write(A, null, entry(1, 2, 1900))));
      assertThat(log.lastBatch()).isEqualTo(2);
    }
    try (SharedLog log = SharedLog.open(files, "/log", settings())) {
      assertThat(log.lastBatch()).isEqualTo(2);
      log.append(List.of(write(A, null, entry(1, 3, 100))));
      older = files.image();
      log.append(List.of(write(A, new HardState(2, 13, 0), entry(2, 4, 100))));
      known = log.lastBatch();
    }
    assertThat(known).isEqualTo(4);
  }

  private SharedLog open() {
    return SharedLog.open(files, "/log", settings(), Runnable::run, new LogRepair() {
      @Override
      public Set<ReplicaKey> replicas() {
        return Set.of(A);
      }

      @Override
      public long lastBatchKnown() {
        return known;
      }

      @Override
      public EntryId durablyApplied(ReplicaKey replica) {
        return EntryId.ZERO;
      }

      @Override
      public void damaged(List<String> findings, Set<ReplicaKey> suspects) {
        throw new AssertionError("mended, though votes may be lost: " + findings);
      }
    });
  }

  private void refused(String... words) {
    Map<String, byte[]> before = files.image();
    assertThatThrownBy(this::open).isInstanceOfSatisfying(StorageFailure.class, failure -> {
      assertThat(failure.kind()).isEqualTo(Kind.UNMENDABLE);
      assertThat(failure.getMessage()).contains(words).contains("had come to batch 4", "member replace");
    });
    files.requireSame(before);
  }

  @Test
  void aLogThatReachesAsFarAsIsKnownOpens() {
    try (SharedLog log = open()) {
      assertThat(log.hardState(A)).isEqualTo(new HardState(2, 13, 0));
      assertThat(log.lastBatch()).isEqualTo(4);
    }
  }

  @Test
  @DisplayName("ST-03 an older copy of the last segment is told from a log that ended there")
  void anOlderCopyOfTheLastSegment() {
    files.put("/log/0000000002.seg", older.get("/log/0000000002.seg"));
    refused("/log/0000000002.seg ends with batch 3");
    known = 3; // What was noted last lay before: no more can be told.
    open().close();
  }

  @Test
  @DisplayName("ST-03 a last segment that is gone is told from a log that ended before it")
  void theLastSegmentIsGone() throws IOException {
    files.delete("/log/0000000002.seg");
    refused("/log/0000000001.seg ends with batch 2");
  }

  @Test
  @DisplayName("ST-03 a log that is gone altogether is told from a new one")
  void theWholeLogIsGone() throws IOException {
    for (String name : files.list("/log")) {
      files.delete("/log/" + name);
    }
    refused("/log holds no segment that was begun");
  }

  @Test
  @DisplayName("ST-03 an end that is missing is not mended over because something else is damaged, too")
  void theEndIsMissingAndAnotherSectorBad() {
    files.put("/log/0000000002.seg", older.get("/log/0000000002.seg"));
    byte[] first = files.bytes("/log/0000000001.seg").clone();
    first[9 * 512 + 40] ^= 1;
    files.put("/log/0000000001.seg", first);
    refused("/log/0000000001.seg at byte", "ends with batch 3");
  }
}
