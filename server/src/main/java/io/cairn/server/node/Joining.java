package io.cairn.server.node;

import com.google.protobuf.ByteString;
import io.cairn.platform.EventLoop;
import io.cairn.protocol.transport.HostPort;
import io.cairn.protocol.wire.HandshakeError;
import io.cairn.protocol.wire.HandshakeRefused;
import io.cairn.protocol.wire.JoinAnswer;
import io.cairn.protocol.wire.JoinRequest;
import io.cairn.protocol.wire.PeerRequest;
import io.cairn.protocol.wire.PeerResponse;
import io.cairn.protocol.wire.Welcome;
import io.cairn.server.peer.Peers;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The first start of a node that was added to a cluster: asks the nodes that its configuration names, one after the other and again,
 * until one has brought it the leave of shard 0's leader. On the node's first loop.
 */
final class Joining implements Peers.Listener {
  private static final Logger log = LoggerFactory.getLogger(Joining.class);
  private static final long ASK_NANOS = TimeUnit.SECONDS.toNanos(4);
  private static final long AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private final EventLoop loop;
  private final JoinRequest request;
  private final Consumer<JoinAnswer> admitted;
  private final Consumer<String> removed;
  private final Peers hosts;
  private final List<String> names;
  private String lastRefusal = "";
  private int next;
  private boolean ended;

  /**
   * @param hosts makes the links, given who listens and the addresses by a name
   * @param admitted hears, once, what the node is to begin with
   * @param removed hears from whom that the name was given up again: it is never given a second time, so there is nothing to wait for
   */
  Joining(EventLoop loop, List<HostPort> addresses, String node, ByteString incarnation, Consumer<JoinAnswer> admitted,
      Consumer<String> removed, HostLinks hosts) {
    this.loop = loop;
    this.request = JoinRequest.newBuilder().setNodeName(node).setIncarnation(incarnation).build();
    this.admitted = admitted;
    this.removed = removed;
    SortedMap<String, HostPort> named = new TreeMap<>();
    addresses.forEach(address -> named.put(address.toString(), address));
    this.names = List.copyOf(named.keySet());
    this.hosts = hosts.open(this, named);
  }

  /** Makes links to addresses. */
  interface HostLinks {
    Peers open(Peers.Listener listener, SortedMap<String, HostPort> addresses);
  }

  void begin() {
    log.info("joins the cluster; asks={}", names);
    hosts.start();
    ask();
  }

  void close() {
    ended = true;
    hosts.close();
  }

  private void ask() {
    if (ended) {
      return;
    }
    String host = names.get(next++ % names.size());
    if (!hosts.connected(host)) {
      again();
      return;
    }
    hosts.call(host, PeerRequest.newBuilder().setJoin(request).build(), ASK_NANOS, new Peers.Answer() {
      @Override
      public void answered(PeerResponse response) {
        heard(host, response.getJoin());
      }

      @Override
      public void failed(String why) {
        notYet(host, why);
      }
    });
  }

  private void heard(String host, JoinAnswer answer) {
    if (ended) {
      return;
    }
    if (!answer.getRefused().isEmpty() || answer.getShardsCount() == 0) {
      notYet(host, answer.getRefused());
      return;
    }
    close();
    admitted.accept(answer);
  }

  private void notYet(String host, String why) {
    if (!ended) {
      say(host, why);
      again();
    }
  }

  private void say(String host, String why) {
    if (!why.equals(lastRefusal)) {
      lastRefusal = why;
      log.info("may not join yet, asks again; asked={} reason=\"{}\"", host, why);
    }
  }

  private void again() {
    loop.schedule(AGAIN_NANOS, this::ask);
  }

  @Override
  public void connected(String node, Welcome welcome) {
    log.info("connected to a node of the cluster; node={} address={}", welcome.getNodeName(), node);
  }

  @Override
  public void refused(String node, HandshakeRefused refusal) {
    if (refusal.getError() == HandshakeError.REMOVED) {
      removed.accept(node + " says so");
      return;
    }
    say(node, refusal.getMessage());
  }

  @Override
  public void lost(String node) {
    // Asked again when it is back.
  }

  @Override
  public void dropped(String node) {
    // No Raft message goes this way.
  }
}
