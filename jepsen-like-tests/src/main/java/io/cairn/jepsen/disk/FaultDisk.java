package io.cairn.jepsen.disk;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;

/**
 * What a node's calls on the files of its data directory meet: failures, standstills and slowness, at which calls and when this says, also
 * while the node runs. The other side is {@code faultdisk.c} in the node's process; both have the control file mapped, of which the words
 * here are the layout.
 */
public final class FaultDisk {
  private static final int CONTROL_BYTES = 4_096;
  private static final int PATH_AT = 1_024;
  private static final int EIO = 5;
  private static final int ENOSPC = 28;
  private static final VarHandle WORD = ValueLayout.JAVA_LONG.varHandle();

  /** The 64-bit words of the control file, in their order. */
  private enum Word {
    ATTACHED, SYNCS_SEEN, WRITES_SEEN, SYNC_FAILS_AT, SYNC_FAILS, SYNC_ERRNO, WRITE_FAILS_AT, WRITE_FAILS, WRITE_ERRNO, SYNCS_STAND_STILL,
    SYNC_MICROS, WRITE_MICROS, FACTOR, FAILED, FAILED_OPERATION, STANDING_STILL
  }

  /** What a call does, in the order of the shim's numbers for them, which begin with 1. */
  public enum Operation { WRITE, PWRITE, WRITEV, PWRITEV, ALLOCATE, FSYNC, FDATASYNC, SYNC_RANGE }

  /** A kind of call that is made to fail, with the error of the kernel it fails with. */
  public enum Fault {
    SYNC_EIO(Word.SYNCS_SEEN, Word.SYNC_FAILS_AT, Word.SYNC_FAILS, Word.SYNC_ERRNO, EIO),
    WRITE_ENOSPC(Word.WRITES_SEEN, Word.WRITE_FAILS_AT, Word.WRITE_FAILS, Word.WRITE_ERRNO, ENOSPC);

    private final Word seen;
    private final Word at;
    private final Word fails;
    private final Word errno;
    private final int error;

    Fault(Word seen, Word at, Word fails, Word errno, int error) {
      this.seen = seen;
      this.at = at;
      this.fails = fails;
      this.errno = errno;
      this.error = error;
    }
  }

  private final Path shim;
  private final Path directory;
  private final Path control;
  private final MemorySegment words;

  /** @param directory without symbolic links in its path; it need not be there yet */
  FaultDisk(Path shim, Path directory, Path control) throws IOException {
    this.shim = shim;
    this.directory = directory;
    this.control = control;
    try (FileChannel file = FileChannel.open(control, StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      words = file.map(FileChannel.MapMode.READ_WRITE, 0, CONTROL_BYTES, Arena.ofAuto());
    }
  }

  Path directory() {
    return directory;
  }

  /** What the node's command line stands behind. */
  List<String> launcher() {
    return List.of("/usr/bin/env", "LD_PRELOAD=" + shim, "CAIRN_FAULT_DIRECTORY=" + directory, "CAIRN_FAULT_CONTROL=" + control);
  }

  private long get(Word word) {
    return (long) WORD.getVolatile(words, (long) word.ordinal() * Long.BYTES);
  }

  private void set(Word word, long value) {
    WORD.setVolatile(words, (long) word.ordinal() * Long.BYTES, value);
  }

  /** How many processes have been under it. */
  public long attached() {
    return get(Word.ATTACHED);
  }

  /** How many calls of the kind there have been, since the disk is there. */
  public long seen(Fault fault) {
    return get(fault.seen);
  }

  /** Makes one call fail: the n-th from now on, with 1 for the next. */
  public void failOne(Fault fault, long n) {
    fail(fault, n, 1);
  }

  /** Makes all calls fail from the n-th from now on. */
  public void failFrom(Fault fault, long n) {
    fail(fault, n, Long.MAX_VALUE);
  }

  private void fail(Fault fault, long n, long count) {
    set(Word.FAILED, 0);
    set(fault.errno, fault.error);
    set(fault.fails, count);
    set(fault.at, get(fault.seen) + n);
  }

  /** No more faults, standstills and slowness. */
  public void mend() {
    for (Fault fault : Fault.values()) {
      set(fault.at, 0);
    }
    standStill(false);
    slow(Duration.ZERO, Duration.ZERO);
    set(Word.FACTOR, 0);
  }

  /** How many calls have failed since {@link #failOne} or {@link #failFrom} was last called. */
  public long failed() {
    return get(Word.FAILED);
  }

  /** What the first of them was. */
  public Operation failedOperation() {
    return Operation.values()[(int) get(Word.FAILED_OPERATION) - 1];
  }

  /** Of which file it was, below the data directory. */
  public String failedFile() {
    return directory.relativize(Path.of(words.getString(PATH_AT))).toString();
  }

  /** As long as it is said no sync begins; those that would wait. */
  public void standStill(boolean still) {
    set(Word.SYNCS_STAND_STILL, still ? 1 : 0);
  }

  /** How many syncs wait now because of that. */
  public long standingStill() {
    return get(Word.STANDING_STILL);
  }

  /** Adds to each sync and to each write. */
  public void slow(Duration sync, Duration write) {
    set(Word.SYNC_MICROS, sync.toNanos() / 1_000);
    set(Word.WRITE_MICROS, write.toNanos() / 1_000);
  }

  /** Each sync and each write takes so many times as long as it does. */
  public void slow(int factor) {
    set(Word.FACTOR, factor);
  }
}
