package io.cairn.cli.load;

import io.cairn.client.ByteSeq;
import io.cairn.client.KvException;
import io.cairn.client.PutResult;
import io.cairn.client.RefusedCode;
import io.cairn.client.RefusedException;
import java.io.IOException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;

/**
 * Sends every line of an input, at most so many a second and with a bounded window in flight, and returns when each has ended. Each record
 * has the client's whole deadline from when it is sent: so long it waits out a cluster that is away. What fails does not stop the rest.
 */
public final class Load {

  /** A shard remembers 1,024 open writes of one client, so more would only wait in the client. */
  public static final int RECORDS_MAX = 1_000;
  /** Each is held some four times on its way: as value, as message, as encoded command, as bytes to send. */
  public static final long BYTES_MAX = 8L << 20;

  private final LineReader lines;
  private final BiFunction<ByteSeq, ByteSeq, CompletionStage<PutResult>> put;
  private final Pace pace;
  private final Outcomes outcomes;
  private final Window window = new Window(RECORDS_MAX, BYTES_MAX);
  private volatile boolean stopped;

  /**
   * @param put starts the put of a key and a value
   * @param perSecond most records a second; 0 for no bound
   */
  public Load(LineReader lines, BiFunction<ByteSeq, ByteSeq, CompletionStage<PutResult>> put, long perSecond, Outcomes outcomes) {
    this.lines = lines;
    this.put = put;
    this.pace = new Pace(perSecond);
    this.outcomes = outcomes;
  }

  /**
   * @throws IOException when the input cannot be read any further; what was sent until then has ended
   * @throws InterruptedException with puts still in flight, which end where the client ends them
   */
  public void run() throws IOException, InterruptedException {
    try {
      for (Line line = lines.next(); line != null && !stopped; line = lines.next()) {
        if (line instanceof Line.Put record) {
          send(record);
        } else if (line instanceof Line.Bad bad) {
          outcomes.refused(bad.number(), Outcomes.Refusal.FAULT, bad.why());
        }
      }
    } finally {
      window.awaitEmpty();
    }
  }

  /** Sends nothing more, and gives puts in flight so long to end. From any thread. */
  public void stop(long mostMillis) throws InterruptedException {
    stopped = true;
    window.awaitEmpty(mostMillis);
  }

  /** Puts that have not ended. From any thread. */
  public int inFlight() {
    return window.records();
  }

  private void send(Line.Put record) throws InterruptedException {
    awaitTurn();
    long size = record.key().size() + record.value().size();
    window.enter(record.key(), size);
    if (stopped) {
      window.leave(record.key(), size);
      return;
    }
    put.apply(record.key(), record.value()).whenComplete((result, failure) -> {
      try {
        ended(record.number(), result, failure);
      } finally {
        window.leave(record.key(), size);
      }
    });
  }

  private void awaitTurn() throws InterruptedException {
    long since = System.nanoTime();
    long wait = pace.waitNanos(since);
    for (long left = wait; left > 0 && !stopped; left = wait - (System.nanoTime() - since)) {
      TimeUnit.NANOSECONDS.sleep(left);
    }
  }

  private void ended(long line, PutResult result, Throwable failure) {
    Throwable cause = failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
    if (cause == null) {
      outcomes.written(line, result.revision());
    } else if (cause instanceof RefusedException refused) {
      outcomes.refused(line, kind(refused.code()), refused.code() + ": " + refused.getMessage());
    } else if (cause instanceof KvException) {
      outcomes.unknown(line, cause.getMessage());
    } else {
      outcomes.unknown(line, "a fault of kvctl itself: " + cause);
    }
  }

  private static Outcomes.Refusal kind(RefusedCode code) {
    return switch (code) {
      case KEY_EMPTY, KEY_TOO_LARGE, VALUE_TOO_LARGE, BAD_REQUEST -> Outcomes.Refusal.FAULT;
      case UNAVAILABLE, HANDSHAKE -> Outcomes.Refusal.UNREACHABLE;
      default -> Outcomes.Refusal.CLUSTER;
    };
  }
}
