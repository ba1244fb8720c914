package io.cairn.jepsen.overload;

import io.cairn.client.ByteSeq;
import io.cairn.client.KeyRange;
import io.cairn.client.KeyValue;
import io.cairn.client.KvClient;
import io.cairn.client.RangeOptions;
import io.cairn.client.RangeResult;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * Many clients, each with connections of its own, that read all there is, from the first key to the last, page by page, and then
 * again. A page that is refused is asked for again where the last one ended, at the same revision.
 */
public final class ScanStorm {
  private static final long PAGE_BYTES = 1 << 20;
  /** A client whose pages are refused so often in a row has lost its cluster, not its turn. */
  private static final int REFUSALS_MOST = 20;

  private final Records records;
  private final Supplier<KvClient> connect;
  private final RangeOptions page;
  private final BooleanSupplier goOn;
  private final Calls calls = new Calls();
  private final LongAdder bytes = new LongAdder();
  private final LongAdder scans = new LongAdder();
  private final ConcurrentLinkedQueue<String> faults = new ConcurrentLinkedQueue<>();
  private final List<Thread> threads = new ArrayList<>();
  private final CountDownLatch connected;

  private ScanStorm(Records records, Supplier<KvClient> connect, int clients, Duration deadline, BooleanSupplier goOn) {
    this.records = records;
    this.connect = connect;
    this.page = RangeOptions.DEFAULT.withBytesLimit(PAGE_BYTES).withDeadline(deadline);
    this.goOn = goOn;
    this.connected = new CountDownLatch(clients);
    for (int i = 0; i < clients; i++) {
      threads.add(Thread.ofPlatform().name("scan-" + i).start(this::scanAgain));
    }
  }

  /**
   * Starts all of them; they begin together.
   *
   * @param deadline of each page
   * @param goOn whether a client is to read all once more; asked before each time but the first
   */
  public static ScanStorm start(Records records, Supplier<KvClient> connect, int clients, Duration deadline, BooleanSupplier goOn) {
    return new ScanStorm(records, connect, clients, deadline, goOn);
  }

  private void scanAgain() {
    try (KvClient client = connect.get()) {
      calls.make(client::clusterMap);
      connected.countDown();
      connected.await();
      do {
        scan(client);
      } while (goOn.getAsBoolean());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) {
      faults.add("a client failed: " + e);
    } finally {
      connected.countDown();
    }
  }

  private void scan(KvClient client) {
    Optional<ByteSeq> resume = Optional.empty();
    int found = 0;
    int refusals = 0;
    while (true) {
      RangeOptions next = resume.map(page::withResume).orElse(page);
      RangeResult result = calls.make(() -> client.range(KeyRange.all(), next));
      if (result == null) {
        if (++refusals > REFUSALS_MOST) {
          throw new IllegalStateException(refusals + " pages in a row were refused: " + calls);
        }
        continue;
      }
      refusals = 0;
      for (KeyValue kv : result.keyValues()) {
        bytes.add(kv.key().size() + kv.value().size());
        if (records.isRecord(kv)) {
          found++;
          Optional.ofNullable(records.fault(kv)).ifPresent(faults::add);
        }
      }
      if (!result.more()) {
        break;
      }
      resume = result.resume();
    }
    if (found != records.count()) {
      faults.add("a scan found " + found + " of " + records.count() + " records");
    }
    scans.increment();
  }

  /** Until every client has read all. */
  public void await() throws InterruptedException {
    for (Thread thread : threads) {
      thread.join();
    }
  }

  public Calls calls() {
    return calls;
  }

  /** Of keys and values. */
  public long bytes() {
    return bytes.sum();
  }

  /** How often all was read. */
  public long scans() {
    return scans.sum();
  }

  /** What was read and should not have been, or the other way round. */
  public List<String> faults() {
    return List.copyOf(faults);
  }
}
