package io.cairn.server.peer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import io.cairn.protocol.frame.FrameChannel;
import io.cairn.protocol.frame.FrameException;
import io.cairn.protocol.frame.FrameKind;
import io.cairn.protocol.link.Acceptance;
import io.cairn.protocol.link.AcceptanceSettings;
import io.cairn.protocol.link.Handshake;
import io.cairn.protocol.transport.Connection;
import io.cairn.protocol.transport.ConnectionHandler;
import io.cairn.protocol.transport.HostPort;
import io.cairn.protocol.transport.Transport;
import io.cairn.protocol.wire.PeerRequest;
import io.cairn.protocol.wire.PeerResponse;
import io.cairn.protocol.wire.RaftBatch;
import io.cairn.protocol.wire.RaftEnvelope;
import io.cairn.protocol.wire.RevisionsRequest;
import io.cairn.protocol.wire.Role;
import io.cairn.protocol.wire.SnapshotChunk;
import io.cairn.protocol.wire.Welcome;
import io.cairn.raft.InvariantBroken;
import io.cairn.raft.log.Entry;
import io.cairn.raft.log.EntryId;
import io.cairn.raft.log.EntryKind;
import io.cairn.raft.message.RaftMessage;
import io.cairn.server.oracle.RevisionOracle;
import io.cairn.server.outcome.RefusedConnections;
import io.cairn.server.replica.Replicas;
import io.cairn.server.space.LowSpace;
import io.cairn.server.testing.MemoryTransport;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PeerServiceTest {
  private static final HostPort PORT = new HostPort("127.0.0.1", 7_001);

  private final FollowerFixture node = new FollowerFixture();
  private final MemoryTransport transport = new MemoryTransport(List.of(node.net));
  private final Leading leading = new Leading();
  private final RevisionOracle oracle = new RevisionOracle(node.loops, leading);
  private final Replicas replicas = new Replicas();
  private final Sender leader = new Sender();
  private final Map<String, Long> strains = new TreeMap<>();
  private final Map<String, Optional<LowSpace>> lows = new TreeMap<>();

  private final class Leading implements RevisionOracle.Leadership {
    @Override
    public long leaseUntil() {
      return Long.MAX_VALUE;
    }

    @Override
    public boolean proposeWindow(long count) {
      return true;
    }
  }

  /** The leader's node as this one hears it: whatever frames the test makes up. */
  private final class Sender implements FrameChannel.Receiver, Transport.Connector {
    private final List<String> heard = new ArrayList<>();
    private FrameChannel frames;
    private PeerResponse answer;

    void send(FrameKind kind, MessageLite body) {
      node.net.now(() -> frames.send(kind, 0, 7, body));
      node.loops.run();
    }

    @Override
    public ConnectionHandler connected(Connection connection) {
      frames = new FrameChannel(connection, 8 << 20, this);
      frames.send(FrameKind.HELLO, 0, 0, Handshake.hello(Role.PEER).setNodeName("n1").build());
      return frames;
    }

    @Override
    public void failed(IOException cause) {
      throw new AssertionError(cause);
    }

    @Override
    public void frame(FrameKind kind, int flags, long requestId, ByteBuf body) {
      heard.add(kind.toString());
      if (kind == FrameKind.PEER_RESPONSE) {
        try {
          answer = PeerResponse.parseFrom(body.nioBuffer());
        } catch (IOException e) {
          throw new AssertionError(e);
        }
      }
    }

    @Override
    public void turnEnded() {}

    @Override
    public void writable() {}

    @Override
    public void malformed(FrameException cause) {
      throw new AssertionError(cause);
    }

    @Override
    public void closed(Throwable cause) {
      heard.add("closed");
    }
  }

  private final class Machines implements PeerService.MachineListener {
    @Override
    public void strained(String node, long millis) {
      strains.put(node, millis);
    }

    @Override
    public void lowOnSpace(String node, LowSpace low) {
      lows.put(node, Optional.ofNullable(low));
    }
  }

  @BeforeEach
  void connect() {
    replicas.add(node.replica);
    var service = new PeerService(replicas, oracle, node.net, node.receiver, (request, answer) -> { }, (request, answer) -> { }, new Machines(),
        new RefusedConnections(node.loops, "peer"));
    transport.listen(PORT, new Acceptance(AcceptanceSettings.of(Role.PEER, 2 << 20, 10),
        (hello, remote, verdict) -> verdict.welcome(Welcome.getDefaultInstance()), service));
    transport.connect(PORT, 0, node.net, leader);
    node.loops.run();
    leader.heard.clear();
  }

  private static RaftBatch batch(RaftEnvelope... envelopes) {
    return RaftBatch.newBuilder().addAllMessages(List.of(envelopes)).build();
  }

  private static RaftEnvelope heartbeat(long term) {
    return RaftCodec.encode(FollowerFixture.SHARD,
        new RaftMessage.Heartbeat(FollowerFixture.LEADER, FollowerFixture.SELF, term, 0, 1));
  }

  @Test
  void aMessageReachesItsReplica() {
    leader.send(FrameKind.RAFT, batch(heartbeat(4)));

    assertThat(node.replica.status().term()).isEqualTo(4);
    assertThat(node.replica.leaderNode()).isEqualTo("n1");
  }

  @Test
  void howSlowTheSenderSaysItIsComesAlong() {
    leader.send(FrameKind.RAFT, batch(heartbeat(4)).toBuilder().setStrainMillis(2_100).build());
    assertThat(strains.values()).containsExactly(2_100L);
    leader.send(FrameKind.RAFT, batch(heartbeat(4)));
    assertThat(strains.values()).containsExactly(0L);
  }

  @Test
  void howLowTheSendersDiskIsComesAlong() {
    leader.send(FrameKind.RAFT, batch(heartbeat(4)).toBuilder().setLowSpace(io.cairn.protocol.wire.LowSpace.newBuilder()
        .setFreeBytes(1).setMinBytes(20).setAgainBytes(25).setHeld(true)).build());
    assertThat(lows.values()).containsExactly(Optional.of(new LowSpace(1, 20, 25, true)));
    leader.send(FrameKind.RAFT, batch(heartbeat(4)));
    assertThat(lows.values()).containsExactly(Optional.empty());
  }

  @Test
  void aMessageForAnotherShapeOfTheShardOrFromSomebodyElseIsDropped() {
    RaftEnvelope right = heartbeat(4);
    leader.send(FrameKind.RAFT, batch(right.toBuilder().setShard(9).build(), right.toBuilder().setRangeEpoch(2).build(),
        right.toBuilder().setTo(1).build(), right.toBuilder().setFrom(2).build(),
        right.toBuilder().setFrom(-1).build(), right.toBuilder().clearMessage().build()));

    assertThat(node.replica.status().term()).isZero();
    assertThat(leader.heard).isEmpty();
  }

  @Test
  void aMessageWithAGapIsDroppedAndTheConnectionGoesOn() {
    var gap = List.of(new Entry(4, 9, EntryKind.COMMAND, new byte[0]), new Entry(3, 10, EntryKind.COMMAND, new byte[0]));
    leader.send(FrameKind.RAFT, batch(heartbeat(4), RaftCodec.encode(FollowerFixture.SHARD,
        new RaftMessage.AppendEntries(FollowerFixture.LEADER, FollowerFixture.SELF, 4, new EntryId(4, 8), gap, 0)), heartbeat(5)));

    assertThat(node.replica.closed()).isFalse();
    assertThat(node.replica.status().term()).isEqualTo(5);
    assertThat(leader.heard).isEmpty();
  }

  @Test
  void aBodyThatCannotBeReadEndsTheConnectionAndNothingElse() {
    var rubbish = RaftBatch.newBuilder().addMessages(heartbeat(4).toBuilder().setAppend(
        RaftEnvelope.Append.newBuilder().addEntries(RaftEnvelope.LogEntry.newBuilder().setKind(77)))).build();
    leader.send(FrameKind.RAFT, rubbish);

    assertThat(leader.heard).containsExactly("GOAWAY", "closed");
    assertThat(node.replica.closed()).isFalse();
    assertThat(node.broken).isEmpty();
  }

  @Test
  void whatIsBrokenHereIsNotTakenForABadFrame() {
    leader.send(FrameKind.RAFT, batch(heartbeat(4)));
    var self = FollowerFixture.SELF;
    // The replica itself would have to lead the term: two leaders.
    node.net.now(() -> assertThatThrownBy(() -> node.replica.receive(
        new RaftMessage.Heartbeat(self, self, 4, 0, 1))).isInstanceOf(InvariantBroken.class));

    assertThat(node.replica.closed()).isTrue();
  }

  @Test
  void revisionsAreHandedOutInTheOrderOfTheCounts() {
    oracle.start(1, 10_001);
    leader.send(FrameKind.PEER_REQUEST, revisions(List.of(2, 3)));

    assertThat(leader.answer.getRevisions().getFirstList()).containsExactly(2L, 4L);
    assertThat(leader.answer.getRevisions().getLast()).isEqualTo(6);
  }

  @Test
  void aRequestForRevisionsThatNobodySendsIsRefusedAndBurnsNothing() {
    oracle.start(1, 10_001);
    for (List<Integer> counts : List.of(List.<Integer>of(), List.of(-1), List.of(Integer.MAX_VALUE), Collections.nCopies(1_001, 0))) {
      leader.send(FrameKind.PEER_REQUEST, revisions(counts));
      assertThat(leader.answer.getRefused().getMessage()).contains("1 to 1000 counts");
    }
    leader.send(FrameKind.PEER_REQUEST, revisions(List.of(1)));

    assertThat(leader.answer.getRevisions().getFirstList()).containsExactly(2L);
  }

  private static PeerRequest revisions(List<Integer> counts) {
    return PeerRequest.newBuilder().setRevisions(RevisionsRequest.newBuilder().addAllCounts(counts)).build();
  }

  @Test
  void withoutLeadingTheSystemShardItSaysSo() {
    leader.send(FrameKind.PEER_REQUEST, revisions(List.of(1)));

    assertThat(leader.answer.getRefused().getMessage()).contains("does not lead");
  }

  @Test
  void aPieceOfASnapshotFromSomebodyElseIsRefused() {
    var right = SnapshotChunk.newBuilder().setShard(1).setRangeEpoch(1).setFrom(1).setTo(2).setTerm(1).setStream(1)
        .setData(ByteString.copyFromUtf8("rubbish"));
    for (SnapshotChunk.Builder wrong : List.of(right.clone().setFrom(-5), right.clone().setFrom(2), right.clone().setFrom(9),
        right.clone().setTo(3), right.clone().setShard(4), right.clone().setRangeEpoch(2))) {
      leader.send(FrameKind.PEER_REQUEST, PeerRequest.newBuilder().setSnapshot(wrong).build());
      assertThat(leader.answer.getRefused().getMessage()).contains("no such replica");
    }
    leader.send(FrameKind.PEER_REQUEST, PeerRequest.newBuilder().setSnapshot(right).build());

    assertThat(leader.answer.getSnapshot().getAccepted()).isFalse();
    assertThat(leader.answer.getSnapshot().getReason()).contains("damaged");
    assertThat(node.broken).isEmpty();
  }

  @Test
  void aRequestOfANewerKindIsRefused() {
    leader.send(FrameKind.PEER_REQUEST, PeerRequest.getDefaultInstance());

    assertThat(leader.answer.getRefused().getMessage()).contains("unknown to this version");
  }
}
