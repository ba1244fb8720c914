package io.cairn.simulator.docs;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.client.ByteSeq;
import io.cairn.client.Consistency;
import io.cairn.client.GetOptions;
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
import io.cairn.simulator.schedule.SimProcess;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/**
 * Counts how often one put and one get are handed from a thread to another, in a whole cluster on virtual loops, and compares with
 * the tables of docs/threads.md. The loops are the ones that production runs on threads.
 */
class HandOversTest {
  private static final long MILLI = 1_000_000L;
  private static final long SECOND = 1_000 * MILLI;
  private static final String PAGE = "threads.md";

  /** What one operation, alone in a cluster that has settled, gave from loop to loop and put on the wire. */
  private static final class Counted {
    /** By role of the node, then {@code from → to}. */
    final Map<String, Map<String, Integer>> crossings = new LinkedHashMap<>();
    final List<String> frames = new ArrayList<>();
  }

  private final List<String> crossings = new ArrayList<>();
  private final List<String> frames = new ArrayList<>();
  private final Map<Long, FrameDecoder> streams = new TreeMap<>();

  private SimCluster cluster(int netLoops) {
    SimWorld world = new SimWorld(5);
    world.scheduler().handOvers((from, to) -> crossings.add(from + " → " + to));
    world.net().tap((from, to, connection, bytes) -> decode(from, to, connection, bytes));
    var cluster = new SimCluster(world, ClusterSettings.threeNodes().withNetLoops(netLoops));
    cluster.start();
    cluster.awaitReady();
    return cluster;
  }

  private void decode(String from, String to, long connection, byte[] bytes) {
    FrameDecoder decoder = streams.computeIfAbsent(connection, none -> new FrameDecoder(UnpooledByteBufAllocator.DEFAULT, 64 << 20));
    try {
      decoder.decode(Unpooled.wrappedBuffer(bytes), (kind, flags, id, body) -> frame(from, to, kind, body));
    } catch (FrameException e) {
      throw new IllegalStateException("what a node sends is no frame", e);
    }
  }

  /** Heartbeats and PINGs go on whatever is asked; all else counts. */
  private void frame(String from, String to, FrameKind kind, ByteBuf body) {
    if (kind == FrameKind.PING || kind == FrameKind.PONG) {
      return;
    }
    if (kind != FrameKind.RAFT) {
      frames.add(from + " → " + to + " " + kind);
      return;
    }
    try {
      for (RaftEnvelope envelope : RaftBatch.parseFrom(body.nioBuffer()).getMessagesList()) {
        frames.add(from + " → " + to + " RAFT " + envelope.getMessageCase());
      }
    } catch (com.google.protobuf.InvalidProtocolBufferException e) {
      throw new IllegalStateException("what a node sends is no batch", e);
    }
  }

  @Test
  void spike() {
    for (int loops : new int[] {1, 3}) {
      SimCluster cluster = cluster(loops);
      SimClient client = cluster.newClient();
      EventLoop application = client.machine().process().start("caller");
      run(cluster, client, application, new Operation.Put(ByteSeq.utf8("a"), ByteSeq.utf8("1"), false), "warm");
      for (int shard : new int[] {0, 1}) {
        System.out.println("leader of " + shard + " " + cluster.awaitLeader(shard).name());
      }
      run(cluster, client, application, new Operation.Put(ByteSeq.utf8("a"), ByteSeq.utf8("1"), false), "put");
      run(cluster, client, application, new Operation.Get(ByteSeq.utf8("a"), 0, java.util.Optional.empty()), "get leader");
      for (SimNode node : cluster.nodes()) {
        run(cluster, client, application, new Operation.Get(ByteSeq.utf8("a"), 0, java.util.Optional.of(node.name())), "get " + node.name());
        run(cluster, client, application, new Operation.Get(ByteSeq.utf8("a"), 0, java.util.Optional.of(node.name())), "get " + node.name());
      }
    }
  }

  private void run(SimCluster cluster, SimClient client, EventLoop application, Operation<?> operation, String name) {
    cluster.world().runFor(SECOND);
    crossings.clear();
    frames.clear();
    cluster.world().runFor(SECOND / 5);
    System.out.println("idle: " + crossings + frames.stream().distinct().toList());
    crossings.clear();
    frames.clear();
    var done = new boolean[1];
    application.execute(() -> client.start(operation, 5 * SECOND).whenCompleteAsync((a, b) -> done[0] = true, application));
    cluster.world().runUntil("x", () -> done[0], SECOND);
    System.out.println("== " + name);
    crossings.forEach(System.out::println);
    frames.forEach(System.out::println);
    crossings.clear();
    frames.clear();
    cluster.world().runFor(SECOND / 20);
    System.out.println("after:");
    crossings.forEach(System.out::println);
    frames.stream().distinct().forEach(System.out::println);
  }
}
