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
import io.cairn.server.space.LowSpace;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

/**
 * The links to the other nodes. Messages of one turn of the loop leave together; what cannot be sent is lost, as Raft allows, and
 * the replicas concerned are told so that they probe.
 *
 * <p>Belongs to the node's first loop; {@link #send} and {@link #call} may be called from any.
 */
public final class Peers implements SnapshotSender.Calls, AutoCloseable {
  /** Messages of several shards share a frame up to this size, or what the other node takes; one message alone may exceed it. */
  private static final int BATCH_BYTES_MAX = 1 << 20;
  /** What a frame holds beside the messages or the data in it, at most. */
  private static final int FRAME_ROOM_BYTES = 1 << 10;
  /** Tag and length of a message in a batch. */
  private static final int ENVELOPE_ROOM_BYTES = 8;

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
  private final Transport transport;
  private final Clock clock;
  private final RandomSource random;
  private final LinkSettings settings;
  private final Supplier<Hello> hello;
  private final Listener listener;
  private final ConcurrentSkipListMap<String, Peer> peers = new ConcurrentSkipListMap<>();
  private volatile int strainMillis;
  private volatile LowSpace lowSpace;
  private boolean started;
  private boolean closed;

  /** @param addresses the other nodes by name */
  public Peers(EventLoop loop, Transport transport, Clock clock, RandomSource random, Map<String, HostPort> addresses,
      LinkSettings settings, Supplier<Hello> hello, Listener listener) {
    this.loop = loop;
    this.transport = transport;
    this.clock = clock;
    this.random = random;
    this.settings = settings;
    this.hello = hello;
    this.listener = listener;
    addresses.forEach(this::add);
  }

  private Peer add(String node, HostPort address) {
    var peer = new Peer(node, address);
    peer.link = new Link(transport, loop, address, hello, settings, clock, random.split("link to " + node), peer);
    peers.put(node, peer);
    return peer;
  }

  public void start() {
    started = true;
    for (Peer peer : peers.values()) {
      peer.link.start();
    }
  }

  /** From now on these are the other nodes: links to those that are new are made, to those that are gone closed. On the loop. */
  public void update(Map<String, HostPort> addresses) {
    if (closed) {
      return;
    }
    for (Peer peer : peers.values()) {
      if (!peer.address.equals(addresses.get(peer.node))) {
        peers.remove(peer.node);
        peer.link.close();
        listener.lost(peer.node);
      }
    }
    addresses.forEach((node, address) -> {
      if (!peers.containsKey(node)) {
        Peer peer = add(node, address);
        if (started) {
          peer.link.start();
        }
      }
    });
  }

  /** From now on the other nodes are told, with all that is sent, that this one is so slow. From any thread. */
  public void strained(long millis) {
    strainMillis = (int) Math.min(millis, Integer.MAX_VALUE);
  }

  /** How low this node's disk is, null while it is not: told to the others with everything that is sent to them. From any thread. */
  public void lowOnSpace(LowSpace low) {
    lowSpace = low;
  }

  public int count() {
    return peers.size();
  }

  /** How many bytes of data a request to that node may carry, as its configuration has it. From any thread. */
  @Override
  public int requestBytesMax(String node) {
    Peer peer = peers.get(node);
    return (peer == null ? Frame.HANDSHAKE_FRAME_BYTES_MAX : peer.frameBytesMax) - FRAME_ROOM_BYTES;
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
  @Override
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
    closed = true;
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

  /** The messages of one turn in one lane of a link, in as few frames as they fit into. */
  private final class Batches {
    private final Link link;
    private final boolean bulk;
    private final int bytesMax;
    private RaftBatch.Builder batch = RaftBatch.newBuilder();
    private long bytes;
    private boolean sent = true;

    Batches(Link link, boolean bulk, int frameBytesMax) {
      this.link = link;
      this.bulk = bulk;
      this.bytesMax = Math.min(BATCH_BYTES_MAX, frameBytesMax - FRAME_ROOM_BYTES);
    }

    void add(RaftEnvelope message) {
      int size = message.getSerializedSize() + ENVELOPE_ROOM_BYTES;
      if (bytes > 0 && bytes + size > bytesMax) {
        send();
        batch = RaftBatch.newBuilder();
        bytes = 0;
      }
      batch.addMessages(message);
      bytes += size;
    }

    /** Whether all was sent. */
    boolean end() {
      if (bytes > 0) {
        send();
      }
      return sent;
    }

    private void send() {
      batch.setStrainMillis(strainMillis);
      LowSpace low = lowSpace;
      if (low != null) {
        batch.setLowSpace(io.cairn.protocol.wire.LowSpace.newBuilder().setFreeBytes(low.freeBytes()).setMinBytes(low.minBytes())
            .setAgainBytes(low.againBytes()).setHeld(low.held()));
      }
      sent &= link.send(FrameKind.RAFT, batch.build(), bulk);
    }
  }

  /** One other node. */
  private final class Peer implements LinkListener {
    private final String node;
    private final HostPort address;
    private final ConcurrentLinkedQueue<RaftEnvelope> queue = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean flushRequested = new AtomicBoolean();
    private Link link;
    private volatile long queuedBytes;
    private volatile int frameBytesMax = Frame.HANDSHAKE_FRAME_BYTES_MAX;

    Peer(String node, HostPort address) {
      this.node = node;
      this.address = address;
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
      var urgent = new Batches(link, false, frameBytesMax);
      var appends = new Batches(link, true, frameBytesMax);
      for (RaftEnvelope next = queue.poll(); next != null; next = queue.poll()) {
        boolean carriesEntries = next.hasAppend() && next.getAppend().getEntriesCount() > 0;
        (carriesEntries ? appends : urgent).add(next);
      }
      boolean sent = urgent.end() & appends.end();
      link.flush();
      queuedBytes = link.pendingBytes();
      if (!sent) {
        listener.dropped(node);
      }
    }

    @Override
    public void connected(Welcome welcome) {
      frameBytesMax = welcome.getFrameBytesMax();
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
