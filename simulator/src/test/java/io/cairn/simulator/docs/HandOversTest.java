package io.cairn.simulator.docs;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.InvalidProtocolBufferException;
import io.cairn.client.ByteSeq;
import io.cairn.client.Consistency;
import io.cairn.client.GetOptions;
import io.cairn.client.KvClient;
import io.cairn.client.core.Operation;
import io.cairn.platform.EventLoop;
import io.cairn.protocol.frame.FrameDecoder;
import io.cairn.protocol.frame.FrameException;
import io.cairn.protocol.frame.FrameKind;
import io.cairn.protocol.wire.RaftBatch;
import io.cairn.protocol.wire.RaftEnvelope;
import io.cairn.simulator.SimWorld;
import io.cairn.simulator.cluster.ClusterSettings;
import io.cairn.simulator.cluster.SimClient;
import io.cairn.simulator.cluster.SimCluster;
import io.cairn.simulator.cluster.SimNode;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Counts how often one put and one get go from a thread to another, and what they put on the wire, in a whole cluster on virtual
 * loops, and compares with the table of docs/threads.md. The loops are those that production runs on threads: one network loop a
 * node, as on a machine of up to seven cores.
 */
class HandOversTest {
  private static final long SECOND = 1_000_000_000L;
  private static final String PAGE = "threads.md";
  private static final ByteSeq KEY = ByteSeq.utf8("color");
  private static final Operation<?> PUT = new Operation.Put(KEY, ByteSeq.utf8("blue"), false);

  private record HandOver(String from, String to) {}

  private record Sent(String from, String to, String what) {}

  private final SimWorld world = new SimWorld(5);
  private final SimCluster cluster = new SimCluster(world, ClusterSettings.threeNodes());
  private final List<HandOver> handOvers = new ArrayList<>();
  private final List<Sent> frames = new ArrayList<>();
  private final Map<Long, FrameDecoder> streams = new TreeMap<>();
  private SimClient client;
  private EventLoop caller;

  @BeforeEach
  void start() {
    world.scheduler().handOvers((from, to) -> handOvers.add(new HandOver(withoutLife(from), withoutLife(to))));
    world.net().tap(this::decode);
    cluster.start();
    cluster.awaitReady();
    client = cluster.newClient();
    caller = client.machine().process().start("caller");
  }

  private static String withoutLife(String loop) {
    return loop.replaceFirst("#\\d+", "");
  }

  @Test
  void handOversAreThoseOnThePage() {
    settle();
    // What goes before: a client that knows the map and has a connection to every node.
    for (SimNode node : cluster.nodes()) {
      run(getFrom(node));
    }
    run(PUT);
    SimNode leader = cluster.awaitLeader(1);
    SimNode follower = cluster.nodes().stream().filter(node -> node != leader).findFirst().orElseThrow();
    var page = new StringBuilder("| operation | client | the node asked | each other node | on the wire |\n| --- | --- | --- | --- | --- |\n");
    row(page, "put, to the leader", PUT, leader);
    row(page, "get, from the leader", getFrom(leader), leader);
    row(page, "get, from a follower", getFrom(follower), follower);
    row(page, "get, serializable, from any replica", new Operation.Get(KEY,
        GetOptions.DEFAULT.withConsistency(Consistency.SERIALIZABLE).withNode(follower.name())), follower);
    row(page, "put, to a node that leads no more", PUT, deposed(leader));
    Pages.compare(PAGE, "hand-overs", page.toString());
  }

  @Test
  void idleNodeHandsNothingOver() {
    settle();
    world.runFor(SECOND);

    assertThat(handOvers).as("heartbeats and ticks stay on the network loop").isEmpty();
  }

  @Test
  void everyLoopOfANodeAndOfTheClientHasItsRow() {
    String page = Pages.read(Pages.path(PAGE));
    for (EventLoop loop : cluster.node("n1").server().loops()) {
      assertThat(page).contains("| `" + loop.name().replaceFirst("\\d+$", "N") + "` |");
    }
    try (KvClient real = KvClient.builder().endpoints("127.0.0.1:1").build()) {
      assertThat(threads()).as("a client's threads").contains("cairn-client-0");
      assertThat(page).contains("| `cairn-client-0` |");
    }
  }

  private static List<String> threads() {
    return Thread.getAllStackTraces().keySet().stream().map(Thread::getName).toList();
  }

  /** Gives the leadership to another node, and comes back; the client has asked nothing meanwhile and holds it for the leader still. */
  private SimNode deposed(SimNode leader) {
    leader.kill();
    world.runFor(3 * SECOND);
    assertThat(cluster.awaitLeader(1)).isNotEqualTo(leader);
    leader.start();
    cluster.awaitReady();
    world.runFor(5 * SECOND);
    assertThat(cluster.awaitLeader(1)).isNotEqualTo(leader);
    return leader;
  }

  private static Operation<?> getFrom(SimNode node) {
    return new Operation.Get(KEY, 0, Optional.of(node.name()));
  }

  private void settle() {
    world.runFor(2 * SECOND);
    handOvers.clear();
    frames.clear();
  }

  /** Runs one operation, from a thread of its caller's back to it, and lets what follows from it come to its end. */
  private void run(Operation<?> operation) {
    settle();
    boolean[] done = new boolean[1];
    caller.execute(() -> client.start(operation, 5 * SECOND).whenCompleteAsync((result, why) -> done[0] = why == null, caller));
    world.runUntil("the operation is done", () -> done[0], 5 * SECOND);
    world.runFor(SECOND / 10);
  }

  private void row(StringBuilder page, String name, Operation<?> operation, SimNode asked) {
    String leader = cluster.awaitLeader(1).name();
    run(operation);
    String machine = client.machine().name();
    page.append("| ").append(name).append(" | ").append(of(machine)).append(" | ").append(of(asked.name())).append(" | ");
    var others = new LinkedHashSet<String>();
    cluster.nodes().stream().filter(node -> node != asked).forEach(node -> others.add(of(node.name())));
    page.append(String.join(" or ", others)).append(" | ").append(wire(leader, machine)).append(" |\n");
  }

  /** The hand-overs on one machine, in their order, and how many there are. */
  private String of(String machine) {
    var steps = new ArrayList<String>();
    for (HandOver each : handOvers) {
      if (each.from.startsWith(machine + "/")) {
        assertThat(each.to).as("a task stays on its machine").startsWith(machine + "/");
        steps.add(loop(each.from) + " → " + loop(each.to));
      }
    }
    return steps.isEmpty() ? "0" : "**" + steps.size() + "**: " + String.join(", ", steps);
  }

  private static String loop(String name) {
    String loop = name.substring(name.indexOf('/') + 1);
    return loop.startsWith("client") ? "loop" : loop.replaceFirst("-\\d+$", "");
  }

  /**
   * What was sent, by the roles of those between whom. Heartbeats go on all the time: they are named where a read waits for their round,
   * and not counted.
   */
  private String wire(String leader, String machine) {
    boolean reads = frames.stream().noneMatch(each -> each.what.startsWith("APPEND")) && frames.stream()
        .anyMatch(each -> each.to.equals(leader) && (each.what.equals("REQUEST") || each.what.equals("READ_INDEX")));
    var counts = new LinkedHashMap<String, Integer>();
    for (Sent each : frames) {
      boolean beat = each.what.startsWith("BEAT");
      if (!beat || reads) {
        counts.merge(role(each.from, leader, machine) + " → " + role(each.to, leader, machine) + " `" + each.what + "`", 1,
            (before, one) -> beat ? before : before + one);
      }
    }
    var shown = new ArrayList<String>();
    counts.forEach((key, count) -> shown.add(key + (count > 1 ? " × " + count : "")));
    return String.join(", ", shown);
  }

  private static String role(String host, String leader, String machine) {
    return host.equals(machine) ? "client" : host.equals(leader) ? "leader" : "follower";
  }

  private void decode(String from, String to, long connection, byte[] bytes) {
    FrameDecoder decoder = streams.computeIfAbsent(connection, none -> new FrameDecoder(UnpooledByteBufAllocator.DEFAULT, 64 << 20));
    try {
      decoder.decode(Unpooled.wrappedBuffer(bytes), (kind, flags, id, body) -> frame(from, to, kind, body));
    } catch (FrameException e) {
      throw new IllegalStateException("what a node sends is no frame", e);
    }
  }

  private void frame(String from, String to, FrameKind kind, ByteBuf body) {
    if (kind == FrameKind.PING || kind == FrameKind.PONG) {
      return;
    }
    if (kind != FrameKind.RAFT) {
      frames.add(new Sent(from, to, kind.toString()));
      return;
    }
    try {
      for (RaftEnvelope envelope : RaftBatch.parseFrom(body.nioBuffer()).getMessagesList()) {
        frames.add(new Sent(from, to, envelope.getMessageCase().toString()));
      }
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("what a node sends is no batch", e);
    }
  }
}
