package io.cairn.client.core;

import io.cairn.client.KeyRange;
import io.cairn.client.KvException;
import io.cairn.client.RefusedCode;
import io.cairn.client.RefusedException;
import io.cairn.client.WatchOptions;
import io.cairn.client.WatchState;
import io.cairn.platform.EventLoop;
import io.cairn.protocol.wire.Error;
import io.cairn.protocol.wire.ErrorCode;
import io.cairn.protocol.wire.Request;
import io.cairn.protocol.wire.Response;
import io.cairn.protocol.wire.WatchControl;
import io.cairn.protocol.wire.WatchRequest;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * A watch from its start to its end, through all the nodes that serve it. It knows up to which revision everything was shown; whatever
 * becomes of a node or a connection, it goes on behind that at another one, with a growing wait between tries, for ever. A batch that
 * does not begin where the last one ended is not shown: the watch begins again from its own place.
 *
 * <p>On the client's loop, save {@link #taken}, {@link #askProgress} and {@link #close}.
 */
public final class WatchCall {
  /** A watch that stood for so long has its node to blame alone when it falls: the next wait is a first one again. */
  private static final long HELD_NANOS = TimeUnit.SECONDS.toNanos(1);
  /** Progress missed so many times over: the node hears no leader, or nothing of it comes through. */
  private static final int MARKS_MISSED_MAX = 3;
  private static final long OPENING_NANOS = TimeUnit.SECONDS.toNanos(3);
  /** A whole state may take long to come; meanwhile parts of it show that it does. */
  private static final long STATE_NANOS = TimeUnit.MINUTES.toNanos(30);
  private static final long NEVER_NANOS = TimeUnit.DAYS.toNanos(365);

  private enum Phase { WAITING, BACKING_OFF, OPENING, STANDING, ENDED }

  private final ClientCore core;
  private final KeyRange range;
  private final WatchOptions options;
  private final WatchSink sink;
  private final WatchPlace place;
  private Phase phase = Phase.WAITING;
  private WatchState told = WatchState.CONNECTING;
  private Node node;
  private Node avoid;
  private Sending sending;
  private long callId;
  private int backoffs;
  private long openedAt;
  private long heardAt;
  private EventLoop.Timer timer;
  /** Shown and not taken yet; and of the present sending, what came and what it may send in all. */
  private long untaken;
  /** Somebody waits for it to come there; of use while it has not. */
  private long awaited;
  private long received;
  private long granted;

  WatchCall(ClientCore core, KeyRange range, WatchOptions options, WatchSink sink) {
    this.core = core;
    this.range = range;
    this.options = options;
    this.sink = sink;
    this.place = new WatchPlace(options, new WatchSink() {
      @Override
      public void batch(io.cairn.client.WatchBatch batch, long bytes) {
        untaken += bytes;
        sink.batch(batch, bytes);
      }

      @Override
      public void taken(long bytes) {
        // Not shown, so nobody will give it back.
      }

      @Override
      public void state(WatchState state, Optional<KvException> why) {
        sink.state(state, why);
      }
    });
  }

  /** From any thread, once. */
  public void start() {
    core.loop().execute(() -> {
      if (phase == Phase.WAITING) {
        core.watchBegins(this);
        open();
      }
    });
  }

  /** The consumer has taken batches of so many bytes. From any thread. */
  public void taken(long bytes) {
    core.loop().run(() -> {
      untaken -= bytes;
      grant(false);
    });
  }

  /**
   * Wants to be told how far it is, with everything that was acknowledged before this call. From any thread.
   *
   * @param revision that it is to reach, from any answer of the cluster; 0 for none but what this client has seen
   */
  public void askProgress(long revision) {
    core.loop().run(() -> {
      awaited = Math.max(awaited, revision);
      grant(true);
    });
  }

  /** From any thread; idempotent. */
  public void close() {
    core.loop().run(() -> end(WatchState.CLOSED, Optional.empty()));
  }

  // Opening.

  /** Looks for a node, unless it has one. */
  void open() {
    if (phase != Phase.WAITING) {
      return;
    }
    if (!core.cluster().hasMap()) {
      core.needMap(); // It tells of the nodes that the endpoints leave out.
    }
    Node next = core.cluster().any(avoid);
    if (next == null) {
      core.awaitConnection(this);
      return;
    }
    node = next;
    phase = Phase.OPENING;
    place.connectionChanged();
    received = 0;
    granted = Math.max(0, options.creditBytes() - untaken);
    openedAt = core.nowNanos();
    heardAt = openedAt;
    sending = new Sending();
    callId = node.link.call(request(), NEVER_NANOS, sending);
    look();
  }

  private Request request() {
    WatchRequest.Builder watch = WatchRequest.newBuilder()
        .setStart(Wire.byteString(range.start()))
        .setPrevious(options.previous())
        .setNoPuts(options.show() == WatchOptions.Show.DELETES)
        .setNoDeletes(options.show() == WatchOptions.Show.PUTS)
        .setProgressMillis((int) options.progress().toMillis())
        .setCreditBytes(granted)
        .setOnLag(switch (options.onLag()) {
          case WAIT -> WatchRequest.Lag.WAIT;
          case RESYNC -> WatchRequest.Lag.END;
          case LATEST -> WatchRequest.Lag.LATEST;
        });
    range.end().ifPresentOrElse(end -> watch.setEnd(Wire.byteString(end)), () -> watch.setEndOpen(true));
    place.from(watch);
    long most = place.inState() ? STATE_NANOS : OPENING_NANOS;
    return Request.newBuilder().setKeyspace(Wire.DEFAULT_KEYSPACE).setSeen(core.seen())
        .setRemainingMillis((int) TimeUnit.NANOSECONDS.toMillis(most)).setWatch(watch).build();
  }

  /** A connection came or went. */
  void wake() {
    open();
  }

  // What comes.

  private void part(Response response) {
    heardAt = core.nowNanos();
    node.answered();
    core.saw(response.getRevision());
    boolean wasResync = false;
    try {
      if (response.hasRange()) {
        long bytes = response.getRange().getSerializedSize();
        received += bytes;
        place.take(response.getRange(), bytes);
      } else if (response.hasWatch()) {
        received += WatchParts.credit(response.getWatch());
        wasResync = place.take(response.getWatch());
      } else {
        throw new WatchPlace.Misfit("it answered with something that is no part of a watch");
      }
    } catch (WatchPlace.Misfit e) {
      reopen(e.getMessage(), true);
      return;
    }
    if (phase == Phase.ENDED) {
      return;
    }
    boolean stood = phase == Phase.STANDING;
    if (!place.inState()) {
      phase = Phase.STANDING;
    }
    if (core.nowNanos() - openedAt >= HELD_NANOS) {
      backoffs = 0;
    }
    if (wasResync) {
      tell(WatchState.RESYNCED, Optional.empty());
    }
    if (phase == Phase.STANDING) {
      tell(WatchState.ACTIVE, Optional.empty());
    }
    grant(phase == Phase.STANDING && !stood && awaited > place.revision()); // Who asked in between is answered by this node.
  }

  private void ended(Response response) {
    Error error = response.getError();
    if (!response.hasError()) {
      reopen("it ended the watch without a reason", true);
      return;
    }
    if (error.getCode() != ErrorCode.COMPACTED) { // That one names where a watch may begin, which may be the future.
      core.saw(error.getRevision());
    }
    switch (error.getCode()) {
      case COMPACTED, WATCH_LAGS -> {
        if (place.mayResync()) {
          place.resync();
          reopen(error.getMessage(), false);
        } else {
          fail(Wire.refusal(error, node));
        }
      }
      case FUTURE_REVISION, BAD_REQUEST, KEYSPACE, KEY_TOO_LARGE, RANGE_INVERTED, NOT_SUPPORTED ->
          fail(Wire.refusal(error, node));
      case SHUTTING_DOWN -> {
        core.cluster().suspect(node);
        reopen(error.getMessage(), false);
      }
      default -> reopen(error.getCode() + ": " + error.getMessage(), true);
    }
  }

  private void lost(String reason) {
    core.cluster().suspect(node);
    reopen(reason, false);
  }

  // Going on elsewhere.

  /** Leaves its node and looks for another one: at once, or, when that was tried before or {@code wait}, a little later. */
  private void reopen(String reason, boolean wait) {
    String who = node.toString();
    leave();
    avoid = node;
    tell(told == WatchState.CONNECTING ? told : WatchState.RECONNECTING,
        Optional.of(new RefusedException(RefusedCode.UNAVAILABLE, "The watch lost " + who + ": " + reason)));
    if (phase == Phase.ENDED) {
      return;
    }
    boolean first = backoffs == 0 && !wait;
    long nanos = first ? 0 : Backoff.nanos(backoffs, core.random());
    backoffs++;
    if (first) {
      phase = Phase.WAITING;
      open();
    } else {
      phase = Phase.BACKING_OFF;
      arm(nanos);
    }
  }

  private void leave() {
    if (sending != null) {
      sending = null;
      node.link.cancel(callId);
    }
    place.connectionChanged();
    if (timer != null) {
      timer.cancel();
      timer = null;
    }
  }

  private void arm(long nanos) {
    timer = core.loop().schedule(nanos, () -> {
      timer = null;
      due();
    });
  }

  private void due() {
    switch (phase) {
      case BACKING_OFF -> {
        phase = Phase.WAITING;
        open();
      }
      case OPENING, STANDING -> look();
      default -> { }
    }
  }

  /** Whether the node is still of use: it opens in time, and says in time that it is current. */
  private void look() {
    long most = phase == Phase.OPENING ? OPENING_NANOS : Math.max(MARKS_MISSED_MAX * options.progress().toNanos(), HELD_NANOS);
    if (untaken >= options.creditBytes()) {
      heardAt = core.nowNanos(); // It is silent because it must be.
    }
    long left = heardAt + most - core.nowNanos();
    if (left > 0) {
      arm(left);
      return;
    }
    core.cluster().suspect(node);
    reopen("it said nothing for " + TimeUnit.NANOSECONDS.toMillis(most) + " ms; its replica may hear no leader", false);
  }

  /** Lets the node send more, once that is worth a message. */
  private void grant(boolean progress) {
    if (phase != Phase.STANDING && !(phase == Phase.OPENING && place.inState())) {
      return; // The node does not know of it yet.
    }
    long total = received + Math.max(0, options.creditBytes() - untaken);
    if (!progress && total - granted < options.creditBytes() / 2) {
      return;
    }
    granted = Math.max(granted, total);
    Sending asked = sending;
    Request control = Request.newBuilder().setKeyspace(Wire.DEFAULT_KEYSPACE).setSeen(Math.max(core.seen(), awaited))
        .setRemainingMillis((int) TimeUnit.NANOSECONDS.toMillis(core.settings().attemptNanos()))
        .setWatchControl(WatchControl.newBuilder().setWatch(callId).setCreditBytes(granted).setProgress(progress)).build();
    node.link.call(control, core.settings().attemptNanos(), new NodeLink.Reply() {
      @Override
      public void part(Response response) {}

      @Override
      public void done(Response response) {
        if (asked == sending && !response.getWatchControl().getFound()) {
          reopen(response.hasError() ? "it did not take credit: " + response.getError().getMessage() : "it knows of no such watch", true);
        }
      }

      @Override
      public void failed(NodeLink.Failure why, String reason, boolean mayHaveBeenSent) {
        if (asked == sending) {
          reopen("it did not take credit: " + reason, false);
        }
      }
    });
  }

  private void tell(WatchState state, Optional<KvException> why) {
    if (state != told || why.isPresent()) {
      told = state;
      sink.state(state, why);
    }
  }

  private void fail(KvException why) {
    end(WatchState.FAILED, Optional.of(why));
  }

  /** The client is closed. */
  void clientClosed() {
    end(WatchState.FAILED, Optional.of(new RefusedException(RefusedCode.CLOSED, "The client was closed")));
  }

  private void end(WatchState state, Optional<KvException> why) {
    if (phase == Phase.ENDED) {
      return;
    }
    leave();
    phase = Phase.ENDED;
    core.watchEnded(this);
    tell(state, why);
  }

  /** One sending of the watch to one node; what comes of an older one is no longer heard. */
  private final class Sending implements NodeLink.Reply {
    @Override
    public void part(Response response) {
      if (this == sending) {
        WatchCall.this.part(response);
      }
    }

    @Override
    public void done(Response response) {
      if (this == sending) {
        sending = null;
        ended(response);
      }
    }

    @Override
    public void failed(NodeLink.Failure why, String reason, boolean mayHaveBeenSent) {
      if (this == sending) {
        sending = null;
        lost(reason);
      }
    }
  }
}
