package io.cairn.server.peer;

import io.cairn.platform.Clock;
import io.cairn.platform.EventLoop;
import io.cairn.platform.RandomSource;
import io.cairn.protocol.frame.Frame;
import io.cairn.protocol.frame.FrameException;
import io.cairn.protocol.frame.FrameKind;
import io.cairn.protocol.link.Link;
import io.cairn.protocol.link.LinkListener;
import io.cairn.protocol.link.LinkSettings;
import io.cairn.protocol.link.Reply;
import io.cairn.protocol.transport.HostPort;
import io.cairn.protocol.transport.Transport;
import io.cairn.protocol.wire.HandshakeRefused;
import io.cairn.protocol.wire.Hello;
import io.cairn.protocol.wire.PeerRequest;
import io.cairn.protocol.wire.PeerResponse;
import io.cairn.protocol.wire.RaftBatch;
import io.cairn.protocol.wire.RaftEnvelope;
import io.cairn.protocol.wire.Welcome;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

/**
 * The links to the other nodes. Messages of one turn of the loop leave together; what cannot be sent is lost, as Raft allows, and
 * the replicas concerned are told so that they probe.
 *
 * <p>Belongs to the node's first loop; {@link #send} and {@link #call} may be called from any.
 */
public final class Peers implements AutoCloseable {
  /** Appends of several shards share a frame up to this size; one message alone may exceed it. */
  private static final long BATCH_BYTES_MAX = 1 << 20;

  /** Hears of the links, on the node's first loop. */
  public interface Listener {
    void connected(String node, Welcome welcome);

    void refused(String node, HandshakeRefused refusal);

    /** The link is down: what was on its way to the node may be lost. */
    void lost(String node);

    /** The link is up and too much waits for it: messages were dropped. */
    void dropped(String node);
  }

  /** The end of a call: an answer, or none. */
  public interface Answer {
    void answered(PeerResponse response);

    /** @param why for a person; whether the request took effect is not known */
    void failed(String why);
  }

  private final EventLoop loop;
  private final Listener listener;
  private final Map<String, Peer> peers = new LinkedHashMap<>();

  /** @param addresses the other nodes by name */
  public Peers(EventLoop loop, Transport transport, Clock clock, RandomSource random, Map<String, HostPort> addresses,
      LinkSettings settings, Supplier<Hello> hello, Listener listener) {
    this.loop = loop;
    this.listener = listener;
    addresses.forEach((node, address) -> {
      var peer = new Peer(node);
      peer.link = new Link(transport, loop, address, hello, settings, clock, random.split("link to " + node), peer);
      peers.put(node, peer);
    });
  }

  public void start() {
    for (Peer peer : peers.values()) {
      peer.link.start();
    }
  }

  public int count() {
    return peers.size();
  }

  /** Bytes of messages that the network has not taken, of all links, as of each one's last turn. From any thread. */
  public long queuedBytes() {
    long bytes = 0;
    for (Peer peer : peers.values()) {
      bytes += peer.queuedBytes;
    }
    return bytes;
  }

  public boolean connected(String node) {
    Peer peer = peers.get(node);
    return peer != null && peer.link.ready();
  }

  /** Takes a message for the node; it leaves at the end of this turn, or is lost. */
  public void send(String node, RaftEnvelope envelope) {
    Peer peer = peers.get(node);
    if (peer != null) {
      peer.add(envelope);
    }
  }

  /** Asks the node; the answer comes on the node's first loop. */
  public void call(String node, PeerRequest request, long timeoutNanos, Answer answer) {
    Peer peer = peers.get(node);
    if (peer == null) {
      loop.execute(() -> answer.failed("there is no node " + node));
      return;
    }
    loop.run(() -> peer.link.call(FrameKind.PEER_REQUEST, request, timeoutNanos, new CallReply(answer)));
  }

  @Override
  public void close() {
    for (Peer peer : peers.values()) {
      peer.link.close();
    }
  }

  private record CallReply(Answer answer) implements Reply {
    @Override
    public void part(ByteBuf body) {
      // Nodes answer in one piece; a part is no answer of ours.
    }

    @Override
    public void done(ByteBuf body) {
      PeerResponse response;
      try {
        response = Frame.parse(PeerResponse.parser(), body);
      } catch (FrameException e) {
        answer.failed("the answer could not be read: " + e.getMessage());
        return;
      }
      if (response.hasRefused()) {
        answer.failed(response.getRefused().getMessage());
      } else {
        answer.answered(response);
      }
    }

    @Override
    public void failed(boolean mayHaveBeenSent, IOException cause) {
      answer.failed(cause.getMessage());
    }
  }

  /** One other node. */
  private final class Peer implements LinkListener {
    private final String node;
    private final ConcurrentLinkedQueue<RaftEnvelope> queue = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean flushRequested = new AtomicBoolean();
    private Link link;
    private volatile long queuedBytes;

    Peer(String node) {
      this.node = node;
    }

    void add(RaftEnvelope envelope) {
      if (!link.ready()) {
        return;
      }
      queue.add(envelope);
      if (flushRequested.compareAndSet(false, true)) {
        loop.execute(this::flush);
      }
    }

    /**
     * Appends with entries keep their order among themselves, in the lane that is cut in pieces; everything else goes first and
     * between the pieces.
     */
    private void flush() {
      flushRequested.set(false);
      RaftBatch.Builder urgent = RaftBatch.newBuilder();
      RaftBatch.Builder appends = RaftBatch.newBuilder();
      long appendBytes = 0;
      boolean sent = true;
      for (RaftEnvelope next = queue.poll(); next != null; next = queue.poll()) {
        boolean carriesEntries = next.hasAppend() && next.getAppend().getEntriesCount() > 0;
        if (!carriesEntries) {
          urgent.addMessages(next);
          continue;
        }
        if (appendBytes > 0 && appendBytes + next.getSerializedSize() > BATCH_BYTES_MAX) {
          sent &= send(appends, true);
          appends = RaftBatch.newBuilder();
          appendBytes = 0;
        }
        appends.addMessages(next);
        appendBytes += next.getSerializedSize();
      }
      sent &= send(urgent, false);
      sent &= send(appends, true);
      link.flush();
      queuedBytes = link.pendingBytes();
      if (!sent) {
        listener.dropped(node);
      }
    }

    private boolean send(RaftBatch.Builder batch, boolean bulk) {
      return batch.getMessagesCount() == 0 || link.send(FrameKind.RAFT, batch.build(), bulk);
    }

    @Override
    public void connected(Welcome welcome) {
      listener.connected(node, welcome);
    }

    @Override
    public void refused(HandshakeRefused refusal) {
      listener.refused(node, refusal);
    }

    @Override
    public void disconnected(IOException cause) {
      queue.clear();
      listener.lost(node);
    }

    @Override
    public void frame(FrameKind kind, int flags, long id, ByteBuf body) {
      // A node answers calls and says goodbye; nothing else is expected on a link that this side opened.
    }
  }
}
