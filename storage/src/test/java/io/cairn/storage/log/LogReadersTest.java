package io.cairn.storage.log;

import static io.cairn.storage.log.SharedLogTest.A;
import static io.cairn.storage.log.SharedLogTest.B;
import static io.cairn.storage.log.SharedLogTest.entry;
import static io.cairn.storage.log.SharedLogTest.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.platform.EventLoop;
import io.cairn.platform.JdkEventLoops;
import io.cairn.platform.JdkFiles;
import io.cairn.raft.log.Entry;
import io.cairn.raft.log.EntryId;
import io.cairn.storage.MemoryFiles;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Reading while the log's loop appends, overwrites and cleans. */
class LogReadersTest {

  /** Payloads are made from term and index, so that a reader can tell an entry that is half one thing and half another. */
  @Test
  void readersSeeWholeEntriesWhileTheLogIsOverwrittenAndCleaned(@TempDir Path folder) throws InterruptedException {
    AtomicReference<Throwable> failed = new AtomicReference<>();
    var loops = new JdkEventLoops(true, (loop, cause) -> failed.compareAndSet(null, cause));
    var done = new AtomicBoolean();
    var reads = new AtomicInteger();
    var ended = new CountDownLatch(3);
    SharedLog log = SharedLog.open(new JdkFiles(), folder.resolve("log").toString(), new LogSettings(64 << 10, 0, "c", 2000));
    for (int reader = 0; reader < 2; reader++) {
      loops.start("reader-" + reader).execute(() -> {
        try {
          while (!done.get()) {
            readSome(log, reads);
          }
        } finally {
          ended.countDown();
        }
      });
    }
    loops.start("log-writer").execute(() -> {
      try {
        writeOverAndOver(log, reads);
      } finally {
        done.set(true);
        ended.countDown();
      }
    });
    assertThat(ended.await(60, TimeUnit.SECONDS)).isTrue();
    assertThat(failed.get()).isNull();
    assertThat(reads.get()).isPositive();
    log.close();
  }

  private static void writeOverAndOver(SharedLog log, AtomicInteger reads) {
    var random = new SplittableRandom(3);
    long applied = 0;
    long term = 1;
    for (int i = 0; i < 500 || reads.get() == 0; i++) {
      long last = log.view(A).last().index();
      long from = last + 1;
      if (random.nextInt(4) == 0 && last > applied) {
        from = applied + 1 + random.nextLong(last - applied);
        term++;
      }
      List<Entry> entries = new ArrayList<>();
      for (int k = 0; k < 3; k++) {
        entries.add(entry(term, from + k, random.nextInt(2000)));
      }
      log.append(List.of(LogWrite.of(A, java.util.Optional.empty(), entries)));
      if (i % 10 == 0) {
        applied = Math.max(applied, log.view(A).last().index() - 20);
        log.clean(List.of(new LogFloor(A, applied, applied + 1)));
      }
    }
  }

  private static void readSome(SharedLog log, AtomicInteger reads) {
    var view = log.view(A);
    long first = view.base().index() + 1;
    long last = view.last().index();
    if (last < first) {
      return;
    }
    List<Entry> found;
    try {
      found = view.entries(first, last, 20_000);
    } catch (IllegalArgumentException gone) {
      return; // overwritten or cleaned twice since the first look
    }
    long index = first;
    long term = 0;
    for (Entry entry : found) {
      assertThat(entry.index()).isEqualTo(index++);
      assertThat(entry.term()).isGreaterThanOrEqualTo(term);
      assertThat(entry.payload()).isEqualTo(entry(entry.term(), entry.index(), entry.payload().length).payload());
      term = entry.term();
    }
    reads.incrementAndGet();
  }

  @Test
  void aReaderThatHasLookedAtTheBaseIsNotCutOffByOneCleaning() {
    SharedLog log = SharedLog.open(new MemoryFiles(), "/log", new LogSettings(16 << 10, 0, "c", 0));
    for (int i = 1; i <= 40; i++) {
      log.append(List.of(write(A, null, entry(1, i, 1000))));
    }
    var view = log.view(A);
    log.clean(List.of(new LogFloor(A, 40, 41)));
    long base = view.base().index();
    assertThat(base).isGreaterThan(10);
    assertThat(view.entries(1, base, Long.MAX_VALUE)).hasSize((int) base);
    log.clean(List.of());
    assertThatThrownBy(() -> view.entries(1, base, Long.MAX_VALUE)).isInstanceOf(IllegalArgumentException.class);
    assertThat(view.entries(base + 1, 40, Long.MAX_VALUE)).hasSize((int) (40 - base));
  }

  @Test
  @DisplayName("LG-13 a read ends at its bound in bytes, but brings one entry at least")
  void boundedReads() {
    SharedLog log = SharedLog.open(new MemoryFiles(), "/log", new LogSettings(64 << 10, 0, "c", 0));
    log.append(List.of(write(A, null, entry(1, 1, 1000), entry(1, 2, 1000), entry(1, 3, 1000))));
    var view = log.view(A);
    assertThat(view.entries(1, 3, 1)).hasSize(1);
    assertThat(view.entries(1, 3, 1033)).hasSize(2);
    assertThat(view.entries(1, 2, Long.MAX_VALUE)).hasSize(2);
    assertThat(view.entries(3, 99, Long.MAX_VALUE)).hasSize(1);
    assertThatThrownBy(() -> view.entries(4, 4, 1)).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("entry 4");
    assertThatThrownBy(() -> view.entries(0, 4, 1)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aViewTakenBeforeTheFirstWriteShowsIt() {
    SharedLog log = SharedLog.open(new MemoryFiles(), "/log", new LogSettings(16 << 10, 0, "c", 0));
    var view = log.view(B);
    assertThat(view.last()).isEqualTo(EntryId.ZERO);
    assertThat(log.replicas()).isEmpty();
    log.append(List.of(write(B, null, entry(4, 1, 10))));
    assertThat(view.last()).isEqualTo(new EntryId(4, 1));
    assertThat(log.replicas()).containsExactly(B);
  }

  /** What the cache holds is not read again; what it let go is. */
  @Test
  void theNewestEntriesAreReadFromMemory() {
    var counted = new MemoryFiles();
    SharedLog log = SharedLog.open(counted, "/log", new LogSettings(64 << 10, 0, "c", 2200));
    for (int i = 1; i <= 10; i++) {
      log.append(List.of(write(A, null, entry(1, i, 1000))));
    }
    int before = counted.reads();
    log.view(A).entries(9, 10, Long.MAX_VALUE);
    assertThat(counted.reads()).isEqualTo(before);
    log.view(A).entries(8, 8, Long.MAX_VALUE);
    assertThat(counted.reads()).isEqualTo(before + 1);
  }

  @Test
  @DisplayName("ST-09 interrupting every loop while it uses the log harms nothing")
  void interrupts(@TempDir Path folder) throws InterruptedException {
    AtomicReference<Throwable> failed = new AtomicReference<>();
    var loops = new JdkEventLoops(true, (loop, cause) -> failed.compareAndSet(null, cause));
    SharedLog log = SharedLog.open(new JdkFiles(), folder.resolve("log").toString(), new LogSettings(64 << 10, 0, "c", 0));
    var threads = new ArrayList<Thread>();
    var ready = new CountDownLatch(2);
    var ended = new CountDownLatch(2);
    EventLoop writer = loops.start("log-writer");
    EventLoop reader = loops.start("reader");
    for (EventLoop loop : List.of(writer, reader)) {
      loop.execute(() -> {
        synchronized (threads) {
          threads.add(Thread.currentThread());
        }
        ready.countDown();
      });
    }
    assertThat(ready.await(10, TimeUnit.SECONDS)).isTrue();
    writer.execute(() -> {
      for (int i = 1; i <= 150; i++) {
        log.append(List.of(write(A, null, entry(1, i, 500))));
      }
      ended.countDown();
    });
    reader.execute(() -> {
      while (log.view(A).last().index() < 150) {
        long last = log.view(A).last().index();
        if (last > 0) {
          log.view(A).entries(1, last, 5_000);
        }
      }
      ended.countDown();
    });
    while (ended.getCount() > 0 && failed.get() == null) {
      threads.forEach(Thread::interrupt);
      Thread.onSpinWait();
    }
    assertThat(failed.get()).isNull();
    assertThat(log.view(A).last()).isEqualTo(new EntryId(1, 150));
    log.close();
  }
}
