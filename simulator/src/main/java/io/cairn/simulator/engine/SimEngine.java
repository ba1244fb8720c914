package io.cairn.simulator.engine;

import io.cairn.simulator.schedule.SimProcess;
import io.cairn.storage.StorageFailure;
import io.cairn.storage.engine.Engine;
import io.cairn.storage.engine.EngineBatch;
import io.cairn.storage.engine.EngineCursor;
import io.cairn.storage.engine.EngineView;
import io.cairn.storage.engine.Family;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** An open engine. */
final class SimEngine implements Engine {
  private final SimEngineDisk disk;
  private final SimProcess process;
  private final EngineImage image;
  private final Set<View> views = new LinkedHashSet<>();
  private long viewsTaken;
  private long unflushedBytes;
  /** After a failure every call fails: nothing is known of what the engine holds. */
  private StorageFailure failure;
  private boolean closed;

  SimEngine(SimEngineDisk disk, SimProcess process, EngineImage image) {
    this.disk = disk;
    this.process = process;
    this.image = image;
  }

  @Override
  public byte[] get(Family family, byte[] key) {
    checkOpen();
    disk.scheduler().elapse(disk.settings().readNanos());
    return copy(OrderedBytes.get(image.latest().map(family), key));
  }

  @Override
  public byte[] durable(Family family, byte[] key) {
    checkOpen();
    disk.scheduler().elapse(disk.settings().readNanos());
    return copy(OrderedBytes.get(image.durable(disk.scheduler().now()).map(family), key));
  }

  @Override
  public EngineView view() {
    checkOpen();
    var view = new View(image.latest(), ++viewsTaken);
    views.add(view);
    return view;
  }

  @Override
  public long viewMark() {
    return viewsTaken;
  }

  @Override
  public boolean isViewedBefore(long mark) {
    return views.stream().anyMatch(view -> view.number <= mark);
  }

  /** As RocksDB drops files: at once, durably, and under every view; here to the last byte. */
  @Override
  public void reclaim(Family family, List<Range> gone) {
    checkOpen();
    if (!gone.isEmpty()) {
      disk.at(EngineTap.Moment.BEFORE_DROPPING_FILES, process);
      gone.forEach(range -> image.drop(family, range.start(), range.end()));
    }
  }

  @Override
  public boolean isWorthReclaiming(Family family, Range range) {
    checkOpen();
    OrderedBytes first = OrderedBytes.ceiling(image.durable(disk.scheduler().now()).map(family), range.start());
    return first != null && Arrays.compareUnsigned(first.key, range.end()) < 0;
  }

  @Override
  public long approximateBytes(Family family, Range range) {
    long bytes = 0;
    try (EngineView view = view(); EngineCursor cursor = view.cursor(family, range.start(), range.end())) {
      for (; cursor.valid(); cursor.next()) {
        bytes += cursor.key().length + cursor.value().length;
      }
    }
    return bytes;
  }

  @Override
  public void write(EngineBatch batch) {
    checkOpen();
    SimEngineBatch changes = (SimEngineBatch) batch;
    if (changes.count() == 0) {
      return;
    }
    disk.at(EngineTap.Moment.BEFORE_WRITE, process);
    disk.scheduler().elapse(disk.settings().writeNanos());
    if (disk.writeFails()) {
      throw fail("write failed: Input/output error");
    }
    OrderedBytes[] maps = image.latest().copyOfMaps();
    changes.applyTo(maps, disk.scheduler().digest());
    unflushedBytes += changes.bytes();
    image.add(new EngineVersion(maps, disk.scheduler().now()), disk.scheduler().eventTime());
    changes.clear();
    if (disk.random().chance(disk.settings().spontaneousFlushChance())) {
      image.flushed(disk.scheduler().now() + flushNanos());
    }
  }

  @Override
  public EngineBatch newBatch() {
    checkOpen();
    return new SimEngineBatch();
  }

  @Override
  public void flush() {
    checkOpen();
    disk.at(EngineTap.Moment.BEFORE_FLUSH, process);
    disk.scheduler().elapseBlocking(flushNanos(), "flushing the engine");
    if (disk.flushFails()) {
      throw fail("flush failed: Input/output error");
    }
    unflushedBytes = 0;
    image.flushed(disk.scheduler().now());
    disk.at(EngineTap.Moment.AFTER_FLUSH, process);
  }

  @Override
  public long unflushedBytes() {
    checkOpen();
    return unflushedBytes * disk.settings().bytesFactor();
  }

  @Override
  public long diskBytes() {
    checkOpen();
    return image.durable(disk.scheduler().now()).bytes();
  }

  /** Nothing is ever merged here. */
  @Override
  public Merges merges() {
    return new Merges(0, 0);
  }

  /** Without a flush, like a crash: whoever wants to keep more than the last flush covered flushes first. */
  @Override
  public void close() {
    if (!closed && process.alive()) {
      closed = true;
      image.lose(disk.scheduler().now(), disk.random());
    }
  }

  private StorageFailure fail(String why) {
    failure = new StorageFailure(StorageFailure.Kind.DISK, why);
    return failure;
  }

  private long flushNanos() {
    return disk.settings().flushNanos() + unflushedBytes / 1024 * disk.settings().flushNanosPerKiB();
  }

  private void checkOpen() {
    process.checkAlive();
    if (closed) {
      throw new IllegalStateException("the engine is closed");
    }
    if (failure != null) {
      throw failure;
    }
  }

  /** Callers own what they get; the map's arrays are shared by versions and must not change. */
  private static byte[] copy(byte[] value) {
    return value == null ? null : value.clone();
  }

  private final class View implements EngineView {
    private final EngineVersion version;
    private final long number;
    private boolean viewClosed;

    View(EngineVersion version, long number) {
      this.version = version;
      this.number = number;
    }

    @Override
    public byte[] get(Family family, byte[] key) {
      checkView();
      disk.scheduler().elapse(disk.settings().readNanos());
      return copy(OrderedBytes.get(version.map(family), key));
    }

    @Override
    public EngineCursor cursor(Family family, byte[] start, byte[] end) {
      checkView();
      disk.scheduler().elapse(disk.settings().readNanos());
      return new SimEngineCursor(version.map(family), start, end);
    }

    @Override
    public void close() {
      viewClosed = true;
      views.remove(this);
    }

    private void checkView() {
      checkOpen();
      if (viewClosed) {
        throw new IllegalStateException("the view is closed");
      }
    }
  }
}
