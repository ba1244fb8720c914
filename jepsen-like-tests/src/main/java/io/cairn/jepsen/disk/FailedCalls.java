package io.cairn.jepsen.disk;

import io.cairn.client.ByteSeq;
import io.cairn.client.KvClient;
import io.cairn.client.PutOptions;
import io.cairn.client.PutResult;
import io.cairn.client.UnknownOutcomeException;
import io.cairn.jepsen.cluster.Await;
import io.cairn.jepsen.cluster.KvdNode;
import io.cairn.jepsen.cluster.LocalCluster;
import io.cairn.jepsen.disk.FaultDisk.Fault;
import io.cairn.jepsen.disk.FaultDisk.Operation;
import io.cairn.jepsen.load.Replicas;
import io.cairn.jepsen.load.WriteBook;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * A cluster of one node does a fixed work, 50 puts one after the other that make the engine flush, and an orderly end; in each round one
 * call on its files fails. Then the node must have ended with the status of a failed disk; and started without the fault it must hold all
 * that it ever acknowledged, and nothing that was refused.
 */
public final class FailedCalls {
  private static final Duration STEP_MOST = Duration.ofSeconds(60);
  private static final int PUTS = 50;
  /** 50 of these are more than the engine's buffers hold, with 4 MiB of them. */
  private static final int VALUE_LEAST = 100 << 10;
  private static final int VALUE_SPREAD = 10 << 10;
  private static final String[] SHARD_PREFIXES = {"a/", "k/", "z/"};
  private static final int DISK_FAILED = 4;
  /** A job of the engine that has failed takes a moment to say so. */
  private static final int NOTICED_BY = 5;

  private final LocalCluster cluster;
  private final KvdNode node;
  private final FaultDisk disk;
  private final PrintStream say;
  private final WriteBook book = new WriteBook(VALUE_LEAST, VALUE_SPREAD);
  private final List<String> violations = new ArrayList<>();
  private final long before;

  /** @param cluster of one node, which runs */
  public FailedCalls(LocalCluster cluster, FaultDisk disk, PrintStream say) {
    this.cluster = cluster;
    this.node = cluster.nodes().getFirst();
    this.disk = disk;
    this.say = say;
    try (KvClient client = cluster.client()) {
      before = Replicas.revision(client);
    }
  }

  /** What must not be; empty when all is well. */
  public List<String> violations() {
    return List.copyOf(violations);
  }

  public WriteBook book() {
    return book;
  }

  /** A round in which nothing fails; returns how many calls of the kind it made. */
  public long clean(Fault kind) {
    long from = disk.seen(kind);
    work(kind + ", none fails");
    int status = end();
    long calls = disk.seen(kind) - from;
    if (status != 0 || disk.attached() == 0) {
      violations.add("without a fault the node ended with status " + status + ", under the disk were " + disk.attached() + " processes");
    }
    startAgain(kind + ", none failed");
    return calls;
  }

  /**
   * A round in which the n-th call fails. Two failures may be passed over: room that cannot be set aside for a file is found when it is
   * written; and a flush or merge of the engine in the background is noticed by a put that comes after it (RocksFailures), so not by a node that
   * is told to end before: nothing rests on it, as the log holds all of it.
   *
   * @return false when the work was over before the n-th call
   */
  public boolean fail(Fault kind, long n) {
    disk.failOne(kind, n);
    int after = work(kind + " " + n);
    int status = end();
    boolean reached = disk.failed() > 0;
    String what = kind + " at call " + n;
    if (reached) {
      what += ", " + disk.failedOperation() + " of " + disk.failedFile();
      say.println("failed calls: " + what + ": status " + status);
    }
    boolean passedOver = reached && status == 0 && (disk.failedOperation() == Operation.ALLOCATE || after <= NOTICED_BY && isOfTheEngine());
    if (status != (reached ? DISK_FAILED : 0) && !passedOver) {
      violations.add(what + ": the node ended with status " + status + ", " + after + " puts were acknowledged after the failed call");
    }
    disk.mend();
    startAgain(what);
    return reached;
  }

  private boolean isOfTheEngine() {
    return disk.failedFile().startsWith("engine");
  }

  /** Returns how many puts were acknowledged that were begun after the failed call; 0 when none has failed by then. */
  private int work(String round) {
    int after = 0;
    try (KvClient client = cluster.client(STEP_MOST)) {
      for (int i = 0; i < PUTS && node.isRunning(); i++) {
        boolean failed = disk.failed() > 0;
        int write = book.begin(ByteSeq.utf8(SHARD_PREFIXES[i % SHARD_PREFIXES.length] + i));
        CompletableFuture<PutResult> put = client.async()
            .put(book.key(write), book.value(write), PutOptions.DEFAULT).toCompletableFuture();
        Await.until("put " + i + " with " + round + " ends, or the node does", STEP_MOST, () -> put.isDone() || !node.isRunning());
        after += put.isDone() && ended(write, put) && failed ? 1 : 0;
      }
    }
    return after;
  }

  /** Whether it was acknowledged. */
  private boolean ended(int write, CompletableFuture<PutResult> put) {
    try {
      book.written(write, put.join().revision());
      return true;
    } catch (CompletionException e) {
      if (!(e.getCause() instanceof UnknownOutcomeException)) {
        book.refused(write);
      }
      return false;
    }
  }

  /** The node's exit status, of its own or after SIGTERM. */
  private int end() {
    return node.stop(STEP_MOST);
  }

  private void startAgain(String after) {
    node.start();
    node.awaitReady(STEP_MOST);
    try (KvClient client = cluster.client(STEP_MOST)) {
      for (String violation : Replicas.violations(client, List.of(node.name()), book, before)) {
        violations.add("after " + after + ": " + violation);
      }
    }
  }
}
