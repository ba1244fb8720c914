package io.cairn.cli.rehearsal;

import com.google.protobuf.ByteString;
import io.cairn.protocol.frame.Frame;
import io.cairn.protocol.frame.FrameException;
import io.cairn.protocol.frame.FrameKind;
import io.cairn.protocol.link.Acceptance;
import io.cairn.protocol.link.AcceptanceSettings;
import io.cairn.protocol.link.RequestHandler;
import io.cairn.protocol.link.ServerChannel;
import io.cairn.protocol.transport.HostPort;
import io.cairn.protocol.transport.Transport;
import io.cairn.protocol.transport.netty.NettyTransport;
import io.cairn.protocol.wire.ChildrenChunk;
import io.cairn.protocol.wire.GetAnswer;
import io.cairn.protocol.wire.HashAnswer;
import io.cairn.protocol.wire.Hello;
import io.cairn.protocol.wire.HistoryInfo;
import io.cairn.protocol.wire.KeyHistory;
import io.cairn.protocol.wire.KeyValue;
import io.cairn.protocol.wire.LeaseKeepAliveAnswer;
import io.cairn.protocol.wire.LeaseListAnswer;
import io.cairn.protocol.wire.LeaseTimeToLiveAnswer;
import io.cairn.protocol.wire.LeaseWritten;
import io.cairn.protocol.wire.LockAnswer;
import io.cairn.protocol.wire.MemberTable;
import io.cairn.protocol.wire.NodeStatus;
import io.cairn.protocol.wire.RangeChunk;
import io.cairn.protocol.wire.Request;
import io.cairn.protocol.wire.Response;
import io.cairn.protocol.wire.Role;
import io.cairn.protocol.wire.ShardMap;
import io.cairn.protocol.wire.TransferAnswer;
import io.cairn.protocol.wire.WatchListAnswer;
import io.cairn.protocol.wire.Welcome;
import io.cairn.protocol.wire.TxnAnswer;
import io.cairn.protocol.wire.TxnOpAnswer;
import io.cairn.protocol.wire.WriteAnswer;
import io.netty.buffer.ByteBuf;
import java.io.IOException;

/** A node of one shard that knows one key: answers every request as a node would whose cluster is well, and keeps nothing. */
public final class StandInNode implements RequestHandler, AutoCloseable {
  private static final String NAME = "n1";
  private static final KeyValue KEY_VALUE = KeyValue.newBuilder().setKey(ByteString.copyFromUtf8("rehearsal"))
      .setValue(ByteString.copyFromUtf8("value")).setCreateRevision(2).setModRevision(2).setVersion(1).build();

  private final NettyTransport transport;
  private final Transport.Listening listening;

  private StandInNode() throws IOException {
    transport = new NettyTransport("stand-in", 1, cause -> { });
    listening = transport.listen(new HostPort("127.0.0.1", 0), new Acceptance(
        AcceptanceSettings.of(Role.CLIENT, Frame.FRAME_BYTES_MAX, 100),
        (hello, remote, verdict) -> verdict.welcome(Welcome.newBuilder().setClusterId("rehearsal").setNodeName(NAME).build()), this));
  }

  /** On a free port of the loopback. */
  public static StandInNode listen() throws IOException {
    return new StandInNode();
  }

  /** As in {@code 127.0.0.1:7001}. */
  public String address() {
    return listening.address().toString();
  }

  @Override
  public void opened(ServerChannel channel, Hello hello) {}

  @Override
  public void frame(ServerChannel channel, FrameKind kind, int flags, long requestId, ByteBuf body) throws FrameException {
    channel.respond(requestId, answer(Frame.parse(Request.parser(), body)), false);
  }

  private Response answer(Request request) {
    Response.Builder answer = Response.newBuilder().setRevision(2);
    switch (request.getBodyCase()) {
      case SHARD_MAP -> answer.setShardMap(map());
      case STATUS -> answer.setStatus(status());
      case COMMAND -> answer.setWrite(WriteAnswer.newBuilder().setChanged(1).setTxn(TxnAnswer.newBuilder().setSucceeded(true)
          .addAnswers(TxnOpAnswer.newBuilder().addKvs(KEY_VALUE).setCount(1))).setLease(LeaseWritten.newBuilder().setId(1).setTtlMillis(30_000)));
      case GET -> answer.setGet(GetAnswer.newBuilder().setFound(KEY_VALUE));
      case RANGE -> answer.setRange(RangeChunk.newBuilder().setRevision(2).setCount(1).addKvs(KEY_VALUE));
      case CHILDREN -> answer.setChildren(ChildrenChunk.newBuilder().setRevision(2)
          .addChildren(ChildrenChunk.Child.newBuilder().setName(KEY_VALUE.getKey())));
      case HASH -> answer.setHash(HashAnswer.newBuilder().setHash(1).setKeys(1));
      case TRANSFER -> answer.setTransfer(TransferAnswer.newBuilder().setFrom(NAME).setTo(NAME));
      case MEMBER -> answer.setMembers(MemberTable.newBuilder().setEpoch(1).addMembers(MemberTable.Member.newBuilder().setId(1).setName(NAME)
          .setPeerAddress("127.0.0.1:1").setClientAddress(address()).setStanding(MemberTable.Standing.VOTER)));
      case HISTORY -> answer.setHistory(HistoryInfo.newBuilder().setWanted(2).addShards(HistoryInfo.Shard.newBuilder().setShard(1).setCompacted(2)));
      case KEY_HISTORY -> answer.setKeyHistory(KeyHistory.newBuilder().addEvents(KeyHistory.Event.newBuilder().setRevision(2)
          .setPut(KeyHistory.KeyEventValue.newBuilder().setValue(KEY_VALUE.getValue()).setCreateRevision(2).setVersion(1))));
      case LEASE_KEEP_ALIVE -> answer.setLeaseKeepAlive(LeaseKeepAliveAnswer.newBuilder().addTtlMillis(30_000));
      case LEASE_TIME_TO_LIVE -> answer.setLeaseTimeToLive(LeaseTimeToLiveAnswer.newBuilder().setTtlMillis(30_000));
      case LEASE_LIST -> answer.setLeaseList(LeaseListAnswer.getDefaultInstance());
      case LOCK_ENTER, LOCK_WAIT -> answer.setLock(LockAnswer.newBuilder().setState(LockAnswer.State.GRANTED).setToken(2));
      case WATCH_LIST -> answer.setWatchList(WatchListAnswer.newBuilder().addWatches(WatchListAnswer.Item.newBuilder().setConnection(1)
          .setPeer("127.0.0.1:2").setWatch(1).setStart(KEY_VALUE.getKey()).setEndOpen(true).setRevision(2).setKnownRevision(2)));
      case BODY_NOT_SET -> { }
    }
    return answer.build();
  }

  private ShardMap map() {
    return ShardMap.newBuilder().setEpoch(1).setClusterId("rehearsal")
        .addNodes(ShardMap.Node.newBuilder().setName(NAME).setClientAddress(address()).setPeerAddress("127.0.0.1:1"))
        .addShards(ShardMap.Shard.newBuilder().setId(0).setSystem(true).addNodes(NAME).setLeader(NAME))
        .addShards(ShardMap.Shard.newBuilder().setId(1).setEpoch(1).setEndOpen(true).addNodes(NAME).setLeader(NAME))
        .build();
  }

  private NodeStatus status() {
    NodeStatus.Builder status = NodeStatus.newBuilder().setName(NAME).setClusterId("rehearsal").setRevision(2).setClientAddress(address());
    for (int shard = 0; shard <= 1; shard++) {
      status.addReplicas(NodeStatus.ReplicaStatus.newBuilder().setShard(shard).setReplica(1).setRole("leader").setTerm(1).setLeader(NAME));
    }
    return status.build();
  }

  @Override
  public void cancelled(ServerChannel channel, long requestId) {}

  @Override
  public void closed(ServerChannel channel, Throwable cause) {}

  @Override
  public void close() {
    listening.close();
    transport.close();
  }
}
