package io.cairn.storage.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.platform.JdkFiles;
import io.cairn.raft.ReplicaId;
import io.cairn.raft.log.Entry;
import io.cairn.raft.log.EntryId;
import io.cairn.raft.log.EntryKind;
import io.cairn.raft.log.HardState;
import io.cairn.storage.MemoryFiles;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the log promises while nothing goes wrong. */
class SharedLogTest {
  static final ReplicaKey A = new ReplicaKey(1, new ReplicaId(11));
  static final ReplicaKey B = new ReplicaKey(2, new ReplicaId(22));

  @TempDir Path folder;

  static LogSettings settings() {
    return new LogSettings(16 << 10, 64 << 10, "test", 4096);
  }

  static Entry entry(long term, long index, int bytes) {
    byte[] payload = new byte[bytes];
    for (int i = 0; i < bytes; i++) {
      payload[i] = (byte) (term * 31 + index * 7 + i);
    }
    return new Entry(term, index, EntryKind.COMMAND, payload);
  }

  static LogWrite write(ReplicaKey replica, HardState state, Entry... entries) {
    return LogWrite.of(replica, Optional.ofNullable(state), List.of(entries));
  }

  static List<String> read(SharedLog log, ReplicaKey replica) {
    List<String> found = new ArrayList<>();
    var view = log.view(replica);
    for (long index = view.base().index() + 1; index <= view.last().index(); index++) {
      Entry entry = view.entries(index, index, 1).getFirst();
      assertThat(entry.payload()).isEqualTo(entry(entry.term(), entry.index(), entry.payload().length).payload());
      assertThat(view.term(index)).isEqualTo(entry.term());
      found.add(entry.id().toString());
    }
    return found;
  }

  @Test
  void whatIsAppendedIsReadBackNowAndAfterReopening() {
    var files = new JdkFiles();
    String directory = folder.resolve("log").toString();
    try (SharedLog log = SharedLog.open(files, directory, settings())) {
      log.append(List.of(
          write(A, new HardState(1, 11, 0), entry(1, 1, 10), entry(1, 2, 3000)),
          write(B, new HardState(3, 0, 0), entry(2, 1, 0))));
      log.append(List.of(write(A, null, entry(1, 3, 700))));
      assertThat(read(log, A)).containsExactly("1/1", "1/2", "1/3");
    }
    try (SharedLog log = SharedLog.open(files, directory, settings())) {
      assertThat(log.replicas()).containsExactly(A, B);
      assertThat(read(log, A)).containsExactly("1/1", "1/2", "1/3");
      assertThat(read(log, B)).containsExactly("2/1");
      assertThat(log.hardState(A)).isEqualTo(new HardState(1, 11, 0));
      assertThat(log.hardState(B)).isEqualTo(new HardState(3, 0, 0));
    }
  }

  @Test
  void entriesLargerThanASegmentGetOneOfTheirOwn() {
    var files = new MemoryFiles();
    try (SharedLog log = SharedLog.open(files, "/log", settings())) {
      log.append(List.of(write(A, new HardState(1, 0, 0), entry(1, 1, 50_000))));
      log.append(List.of(write(A, null, entry(1, 2, 100))));
    }
    try (SharedLog log = SharedLog.open(files, "/log", settings())) {
      assertThat(read(log, A)).containsExactly("1/1", "1/2");
    }
  }

  @Test
  void segmentsRollAndAreUsedAgainOnceApplied() {
    var files = new MemoryFiles();
    try (SharedLog log = SharedLog.open(files, "/log", settings())) {
      for (int i = 1; i <= 500; i++) {
        log.append(List.of(write(A, i == 1 ? new HardState(1, 11, 0) : null, entry(1, i, 400))));
        log.clean(List.of(new LogFloor(A, i - 1, i + 1)));
      }
      assertThat(log.diskBytes()).isLessThanOrEqualTo(10 * (16 << 10));
      assertThat(log.view(A).last()).isEqualTo(new EntryId(1, 500));
      assertThat(log.hardState(A)).isEqualTo(new HardState(1, 11, 0));
    }
    try (SharedLog log = SharedLog.open(files, "/log", settings())) {
      assertThat(log.hardState(A)).isEqualTo(new HardState(1, 11, 0));
      assertThat(log.view(A).last()).isEqualTo(new EntryId(1, 500));
      assertThat(log.view(A).base().index()).isGreaterThan(400);
      read(log, A);
    }
  }

  @Test
  void entriesThatDoNotFollowAreRefused() {
    SharedLog log = SharedLog.open(new MemoryFiles(), "/log", settings());
    assertThatThrownBy(() -> log.append(List.of(write(A, null, entry(1, 2, 1)))))
        .isInstanceOf(IllegalStateException.class).hasMessageContaining("do not follow");
  }
}
