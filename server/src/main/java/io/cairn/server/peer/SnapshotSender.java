package io.cairn.server.peer;

import com.google.protobuf.UnsafeByteOperations;
import io.cairn.platform.Clock;
import io.cairn.platform.EventLoop;
import io.cairn.protocol.wire.PeerRequest;
import io.cairn.protocol.wire.PeerResponse;
import io.cairn.protocol.wire.SnapshotChunk;
import io.cairn.raft.ReplicaId;
import io.cairn.server.replica.Replica;
import io.cairn.storage.snapshot.SnapshotSource;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends snapshots to lagging replicas, beside the message stream: one chunk is on its way at a time, so a slow receiver holds one
 * chunk and heartbeats wait for nothing. Chunks are read on the scan loop, which may block.
 *
 * <p>When the connection breaks, or an answer does not come, the same chunk is sent again until the receiver has it: the sending goes on
 * where it was. It begins anew only for a receiver that has forgotten the beginning, or when nothing has passed for long.
 *
 * <p>All that are sent together keep to one rate ({@code limits.snapshot-rate}), so that those who write feel little of one who was away.
 */
public final class SnapshotSender implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(SnapshotSender.class);
  private static final int CHUNK_BYTES = 256 << 10;
  private static final long ANSWER_NANOS = TimeUnit.SECONDS.toNanos(10);
  private static final long AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(250);
  /** So long a chunk is sent again; the view that is read holds back what a compaction could free. */
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(30);

  /** See {@link Peers#call} and {@link Peers#requestBytesMax}. */
  public interface Calls {
    void call(String node, PeerRequest request, long timeoutNanos, Peers.Answer answer);

    int requestBytesMax(String node);
  }

  private final Calls peers;
  private final Clock clock;
  private final EventLoop scanLoop;
  private final Function<Replica, SnapshotSource> sources;
  private final AtomicLong streams;
  private final SendPace pace;
  /** Those under way. On the scan loop, as {@link #closed}. */
  private final Set<Sending> open = new LinkedHashSet<>();
  private boolean closed;

  /**
   * @param sources gives the replica as it is now, or null when it is on its way to another store
   * @param firstStream differs from process to process, so that pieces of two lives never mix
   * @param bytesPerSecond what may leave in a second, over all snapshots that are sent
   */
  public SnapshotSender(Calls peers, Clock clock, EventLoop scanLoop, Function<Replica, SnapshotSource> sources, long firstStream,
      long bytesPerSecond) {
    this.peers = peers;
    this.clock = clock;
    this.scanLoop = scanLoop;
    this.sources = sources;
    this.streams = new AtomicLong(firstStream);
    this.pace = new SendPace(clock, bytesPerSecond);
  }

  /** Begins, unless one is on its way there already; the replica hears the end. On any loop. */
  public void send(Replica from, ReplicaId to, long term) {
    var sending = new Sending(from, to, term, streams.incrementAndGet());
    scanLoop.execute(sending::begin);
  }

  /** Ends what is under way, for the disk is about to be closed, and begins nothing more. On any loop. */
  @Override
  public void close() {
    scanLoop.execute(() -> {
      closed = true;
      List.copyOf(open).forEach(sending -> sending.end(false, "this node stops"));
    });
  }

  /** One snapshot on its way. Its steps run on the scan loop, one after the other. */
  private final class Sending {
    private final Replica from;
    private final ReplicaId to;
    private final String node;
    private final long term;
    private final long stream;
    private SnapshotSource source;
    private long index;
    private long sentBytes;

    Sending(Replica from, ReplicaId to, long term, long stream) {
      this.from = from;
      this.to = to;
      this.node = from.descriptor().node(to);
      this.term = term;
      this.stream = stream;
    }

    void begin() {
      if (closed) {
        return;
      }
      Sending other = underWay();
      if (other != null && other.term >= term) {
        return; // Its end is heard by whoever asked for this one. Two would be refused by turns, each as the end of the other.
      }
      if (other != null) {
        other.end(false, "one of a later term begins");
      }
      open.add(this);
      source = from.leads() ? sources.apply(from) : null;
      if (source == null) {
        end(false, "this node no longer leads the shard");
        return;
      }
      index = source.header().applied().index();
      log.info("shard={} began to send a snapshot; to={} index={}", from.descriptor().id(), node, index);
      next();
    }

    private Sending underWay() {
      for (Sending each : open) {
        if (each.from == from && each.to.equals(to)) {
          return each;
        }
      }
      return null;
    }

    private void next() {
      if (!open.contains(this)) {
        return;
      }
      int number = source.nextChunk();
      byte[] chunk = source.next(Math.min(CHUNK_BYTES, peers.requestBytesMax(node)));
      if (chunk == null) {
        end(true, "");
        return;
      }
      sentBytes += chunk.length;
      SnapshotChunk piece = SnapshotChunk.newBuilder()
          .setShard(from.descriptor().id())
          .setRangeEpoch(from.descriptor().rangeEpoch())
          .setFrom(from.key().replica().value())
          .setTo(to.value())
          .setTerm(term)
          .setStream(stream)
          .setNumber(number)
          .setData(UnsafeByteOperations.unsafeWrap(chunk)).build();
      long wait = pace.delayNanos(chunk.length);
      if (wait == 0) {
        offer(piece, clock.nanoTime() + PATIENCE_NANOS);
      } else {
        scanLoop.schedule(wait, () -> offer(piece, clock.nanoTime() + PATIENCE_NANOS));
      }
    }

    /** Sends a chunk; again, until {@code deadline}, while nothing says whether it came. */
    private void offer(SnapshotChunk piece, long deadline) {
      if (!open.contains(this)) {
        return;
      }
      if (!from.leads()) {
        end(false, "this node no longer leads the shard");
        return;
      }
      peers.call(node, PeerRequest.newBuilder().setSnapshot(piece).build(), ANSWER_NANOS, new Peers.Answer() {
        @Override
        public void answered(PeerResponse response) {
          boolean accepted = response.hasSnapshot() && response.getSnapshot().getAccepted();
          scanLoop.execute(() -> {
            if (accepted) {
              next();
            } else {
              end(false, response.getSnapshot().getReason());
            }
          });
        }

        @Override
        public void failed(String why) {
          scanLoop.execute(() -> {
            if (clock.nanoTime() - deadline < 0) {
              scanLoop.schedule(AGAIN_NANOS, () -> offer(piece, deadline));
            } else {
              end(false, why);
            }
          });
        }
      });
    }

    private void end(boolean ok, String why) {
      if (!open.remove(this)) {
        return;
      }
      if (source != null) {
        source.close();
      }
      if (ok) {
        log.info("shard={} sent a snapshot; to={} index={} bytes={}", from.descriptor().id(), node, index, sentBytes);
      } else {
        log.warn("shard={} stopped sending a snapshot; to={} index={} reason=\"{}\"", from.descriptor().id(), node, index, why);
      }
      from.loop().execute(() -> from.snapshotSent(to, index, ok));
    }
  }
}
