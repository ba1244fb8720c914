package io.cairn.jepsen.workload;

import io.cairn.client.KvClient;
import io.cairn.jepsen.cluster.Await;
import io.cairn.jepsen.cluster.LocalCluster;
import io.cairn.jepsen.history.HistoryRecorder;
import io.cairn.jepsen.record.RecordingClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Threads that make calls, one after the other, until they are told to stop; each with a client, and so a session, of its own. */
final class Crew implements AutoCloseable, Trouble.Progress {
  private static final Duration PROGRESS_MOST = Duration.ofSeconds(60);
  private static final Duration IMPATIENT = Duration.ofMillis(400);
  private static final long END_SECONDS = 60;

  /** What a thread does again and again. */
  interface Work {
    void next(RecordingClient client, Random random) throws Exception;
  }

  private final LocalCluster cluster;
  private final HistoryRecorder recorder;
  private final Duration deadline;
  private final long seed;
  private final ExecutorService threads = Executors.newCachedThreadPool(Thread.ofPlatform().daemon().name("crew-", 1).factory());
  private final List<KvClient> clients = new ArrayList<>();
  private final List<RecordingClient> workers = new ArrayList<>();
  private int sessions;
  private final List<Future<Void>> work = new ArrayList<>();
  private volatile boolean stopping;

  Crew(LocalCluster cluster, HistoryRecorder recorder, Duration deadline, long seed) {
    this.cluster = cluster;
    this.recorder = recorder;
    this.deadline = deadline;
    this.seed = seed;
  }

  /** A client that the crew closes. */
  KvClient client() {
    return client(deadline);
  }

  private KvClient client(Duration most) {
    KvClient client = cluster.client(most);
    clients.add(client);
    return client;
  }

  RecordingClient session() {
    return session(deadline);
  }

  private RecordingClient session(Duration most) {
    return new RecordingClient(client(most), recorder, ++sessions, most);
  }

  void start(int count, Work each) {
    for (int i = 0; i < count; i++) {
      // Half of them have no patience, so that there are calls whose outcome they never know.
      RecordingClient session = session(i % 2 == 0 ? deadline : IMPATIENT);
      workers.add(session);
      Random random = new Random(seed * 1_000 + session.session());
      work.add(threads.submit(() -> {
        while (!stopping) {
          each.next(session, random);
        }
        return null;
      }));
    }
  }

  /** Each thread has some more calls that happened for certain. */
  @Override
  public void awaitProgress(String when, int calls) {
    for (RecordingClient session : workers) {
      long before = session.done();
      Await.until("session " + session.session() + " goes on " + when, PROGRESS_MOST, () -> {
        failEarly();
        return session.done() >= before + calls;
      });
    }
  }

  private void failEarly() {
    for (Future<Void> each : work) {
      if (each.isDone()) {
        result(each);
      }
    }
  }

  private static void result(Future<Void> future) {
    try {
      future.get(END_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    } catch (ExecutionException | TimeoutException e) {
      throw new IllegalStateException("a thread of the crew has failed, or never ends", e);
    }
  }

  /** The calls under way are the last ones. */
  void stop() {
    stopping = true;
    work.forEach(Crew::result);
  }

  @Override
  public void close() {
    stopping = true;
    clients.forEach(KvClient::close);
    threads.shutdownNow();
  }
}
