package io.cairn.simulator.docs;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import io.cairn.protocol.frame.Frame;
import io.cairn.protocol.frame.FrameKind;
import io.cairn.protocol.link.Handshake;
import io.cairn.protocol.wire.ChildrenChunk;
import io.cairn.protocol.wire.ChildrenRequest;
import io.cairn.protocol.wire.Add;
import io.cairn.protocol.wire.Command;
import io.cairn.protocol.wire.CompactRequest;
import io.cairn.protocol.wire.Compare;
import io.cairn.protocol.wire.Consistency;
import io.cairn.protocol.wire.Delete;
import io.cairn.protocol.wire.DeleteRange;
import io.cairn.protocol.wire.Error;
import io.cairn.protocol.wire.ErrorCode;
import io.cairn.protocol.wire.ErrorKind;
import io.cairn.protocol.wire.GetAnswer;
import io.cairn.protocol.wire.GetRequest;
import io.cairn.protocol.wire.GoAway;
import io.cairn.protocol.wire.GoAwayReason;
import io.cairn.protocol.wire.HandshakeError;
import io.cairn.protocol.wire.HashAnswer;
import io.cairn.protocol.wire.HashRequest;
import io.cairn.protocol.wire.HistoryForward;
import io.cairn.protocol.wire.HistoryForwardAnswer;
import io.cairn.protocol.wire.HistoryInfo;
import io.cairn.protocol.wire.HistoryRequest;
import io.cairn.protocol.wire.JoinAnswer;
import io.cairn.protocol.wire.KeyHistory;
import io.cairn.protocol.wire.KeyHistoryRequest;
import io.cairn.protocol.wire.JoinRequest;
import io.cairn.protocol.wire.KeyValue;
import io.cairn.protocol.wire.MemberForward;
import io.cairn.protocol.wire.MemberForwardAnswer;
import io.cairn.protocol.wire.MemberRequest;
import io.cairn.protocol.wire.MemberStep;
import io.cairn.protocol.wire.MemberStepAnswer;
import io.cairn.protocol.wire.MemberTable;
import io.cairn.protocol.wire.NodeStatus;
import io.cairn.protocol.wire.PeerRefused;
import io.cairn.protocol.wire.PeerRequest;
import io.cairn.protocol.wire.PeerResponse;
import io.cairn.protocol.wire.Put;
import io.cairn.protocol.wire.RaftBatch;
import io.cairn.protocol.wire.RangeChunk;
import io.cairn.protocol.wire.RangeRequest;
import io.cairn.protocol.wire.Request;
import io.cairn.protocol.wire.Response;
import io.cairn.protocol.wire.RevisionsAnswer;
import io.cairn.protocol.wire.RevisionsRequest;
import io.cairn.protocol.wire.Role;
import io.cairn.protocol.wire.ShardMap;
import io.cairn.protocol.wire.ShardMapRequest;
import io.cairn.protocol.wire.SnapshotChunk;
import io.cairn.protocol.wire.SnapshotChunkAnswer;
import io.cairn.protocol.wire.Staleness;
import io.cairn.protocol.wire.StatusRequest;
import io.cairn.protocol.wire.TransferAnswer;
import io.cairn.protocol.wire.TransferRequest;
import io.cairn.protocol.wire.Welcome;
import io.cairn.protocol.wire.Txn;
import io.cairn.protocol.wire.TxnAnswer;
import io.cairn.protocol.wire.TxnOp;
import io.cairn.protocol.wire.TxnOpAnswer;
import io.cairn.protocol.wire.TxnRange;
import io.cairn.protocol.wire.WatchBatch;
import io.cairn.protocol.wire.WatchControl;
import io.cairn.protocol.wire.WatchControlAnswer;
import io.cairn.protocol.wire.WatchEvent;
import io.cairn.protocol.wire.WatchList;
import io.cairn.protocol.wire.WatchListAnswer;
import io.cairn.protocol.wire.WatchRequest;
import io.cairn.protocol.wire.WriteAnswer;
import io.cairn.raft.ReplicaId;
import io.cairn.raft.log.Entry;
import io.cairn.raft.log.EntryId;
import io.cairn.raft.log.EntryKind;
import io.cairn.raft.message.RaftMessage;
import io.cairn.server.command.EntryPayload;
import io.cairn.server.peer.RaftCodec;
import io.cairn.server.shard.ShardDescriptor;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/** One of each message that travels, all from one small story: three nodes, shard 1, the key {@code color}. */
final class WireSamples {

  /** @param body null for a frame without one */
  record Sample(String title, String words, FrameKind kind, int flags, long id, Message body) {}

  private static final ReplicaId ONE = new ReplicaId(1);
  private static final ReplicaId TWO = new ReplicaId(2);
  private static final ByteString COLOR = ByteString.copyFromUtf8("color");
  private static final ByteString BLUE = ByteString.copyFromUtf8("blue");
  private static final long TERM = 3;

  private final List<Sample> samples = new ArrayList<>();

  private WireSamples() {}

  static List<Sample> all() {
    var all = new WireSamples();
    all.handshake();
    all.requests();
    all.answers();
    all.errors();
    all.upkeep();
    all.raft();
    all.peers();
    all.samples.addAll(LeaseSamples.all());
    all.samples.addAll(LockSamples.all());
    all.samples.addAll(HashSamples.all());
    return all.samples;
  }

  private void add(String title, String words, FrameKind kind, long id, Message body) {
    samples.add(new Sample(title, words, kind, 0, id, body));
  }

  private void handshake() {
    add("HELLO of a client", "It has been told no cluster, and learns it.", FrameKind.HELLO, 0,
        Handshake.hello(Role.CLIENT).setSoftware("cairn-client").build());
    add("HELLO of a node", "To another node's peer port.", FrameKind.HELLO, 0, Handshake.hello(Role.PEER).setClusterId("demo").setSoftware("kvd 1.0")
        .setNodeName("n1").setIncarnation(incarnation(0x11)).setBootstrapDigest(0x0123456789abcdefL)
        .setFeatureLevel(EntryPayload.FEATURE_LEVEL).setBootstrapped(true).build());
    add("WELCOME", "To a node whose incarnation stands in the directory of the one that answers.", FrameKind.WELCOME, 0,
        Welcome.newBuilder().setProtocolVersion(Handshake.PROTOCOL_VERSION).setClusterId("demo").setNodeName("n2").setSoftware("kvd 1.0")
            .setIncarnation(incarnation(0x22)).setFeatureLevel(EntryPayload.FEATURE_LEVEL).setFrameBytesMax(Frame.FRAME_BYTES_MAX)
            .setIncarnationKnown(true).build());
    add("HANDSHAKE_REFUSED", "The connection is closed after it.", FrameKind.HANDSHAKE_REFUSED, 0,
        Handshake.refused(HandshakeError.WRONG_PORT, "this port is for clients; nodes connect to the peer port"));
  }

  private static ByteString incarnation(int each) {
    byte[] bytes = new byte[16];
    java.util.Arrays.fill(bytes, (byte) each);
    return ByteString.copyFrom(bytes);
  }

  /** The command of this client with this sequence; each shard's lane has an id of its own. */
  private static Command.Builder command(long sequence) {
    return Command.newBuilder().setClientHigh(0x0a0b0c0d0e0f1011L).setClientLow(0x1213141516171819L).setSequence(sequence)
        .setLowestOpen(sequence).setSeen(7).setKeyspace(1);
  }

  private static Command putColor() {
    return command(1).setPut(Put.newBuilder().setKey(COLOR).setValue(BLUE)).build();
  }

  private static Request.Builder request() {
    return Request.newBuilder().setShard(1).setShardEpoch(1).setSeen(7).setRemainingMillis(5_000).setKeyspace(1);
  }

  private static Request write(Command command) {
    return request().setCommand(command.toByteString()).build();
  }

  private static Add add() {
    return Add.newBuilder().setKey(ByteString.copyFromUtf8("visits")).setDelta(1).build();
  }

  private void request(String title, String words, long id, Request body) {
    add("REQUEST: " + title, words, FrameKind.REQUEST, id, body);
  }

  private void requests() {
    request("put", "The command is bytes in the request: they enter the log as they are.", 1, write(putColor()));
    request("delete", "It asks for the version that it removes.", 2,
        write(command(2).setDelete(Delete.newBuilder().setKey(COLOR).setPrevious(true)).build()));
    request("delete range", "From `color` to the end of the keyspace.", 3,
        write(command(3).setDeleteRange(DeleteRange.newBuilder().setStart(COLOR).setEndOpen(true)).build()));
    request("txn", "If `color` is blue, it is put anew and `visits` grows by one; else it is read.", 12, write(command(4).setTxn(Txn.newBuilder()
        .addCompares(Compare.newBuilder().setRelation(Compare.Relation.EQUAL).setKey(COLOR).setValue(BLUE))
        .addThen(TxnOp.newBuilder().setPut(Put.newBuilder().setKey(COLOR).setValue(ByteString.copyFromUtf8("red")).setPrevious(true)))
        .addThen(TxnOp.newBuilder().setAdd(add()))
        .addOtherwise(TxnOp.newBuilder().setRange(TxnRange.newBuilder().setStart(COLOR).setEnd(COLOR.concat(ByteString.copyFrom(new byte[1]))))))
        .build()));
    request("add", "", 13, write(command(5).setAdd(add()).build()));
    request("get", "Linearizable, which is 0 and so takes no bytes.", 4, request().setGet(GetRequest.newBuilder().setKey(COLOR)).build());
    request("get, serializable", "From this node and no other.", 5, request().setThisNode(true)
        .setConsistency(Consistency.SERIALIZABLE).setGet(GetRequest.newBuilder().setKey(COLOR)).build());
    request("range", "At revision 9 or later, at most two keys, going on where an earlier answer left off.", 6,
        Request.newBuilder().setSeen(7).setRemainingMillis(5_000).setKeyspace(1).setConsistency(Consistency.AT_LEAST).setAtLeast(9)
            .setRange(RangeRequest.newBuilder().setStart(COLOR).setEnd(ByteString.copyFromUtf8("d")).setLimit(2)
                .setResume(ByteString.copyFromUtf8("(a token)"))).build());
    request("children", "What `ls users/` asks.", 7, Request.newBuilder().setSeen(7).setRemainingMillis(5_000).setKeyspace(1)
        .setChildren(ChildrenRequest.newBuilder().setPrefix(ByteString.copyFromUtf8("users/")).setDelimiter(ByteString.copyFromUtf8("/")))
        .build());
    request("hash", "What `shards --hash` asks each node, for each of its shards.", 8, Request.newBuilder().setSeen(9)
        .setRemainingMillis(60_000).setThisNode(true).setHash(HashRequest.newBuilder().setShard(1).setRevision(9)).build());
    request("transfer", "What `transfer 2 n3` asks the leader of the shard.", 11, Request.newBuilder().setRemainingMillis(5_000).setKeyspace(1)
        .setTransfer(TransferRequest.newBuilder().setShard(2).setNode("n3")).build());
    request("shard map", "The first thing a client asks.", 9,
        Request.newBuilder().setRemainingMillis(5_000).setShardMap(ShardMapRequest.getDefaultInstance()).build());
    request("status", "", 10, Request.newBuilder().setRemainingMillis(5_000).setThisNode(true)
        .setStatus(StatusRequest.getDefaultInstance()).build());
  }

  private void watches() {
    request("watch", "From revision 9 on, with a word every second when nothing happens; half a MiB of events may come.", 12,
        Request.newBuilder().setSeen(8).setRemainingMillis(5_000).setKeyspace(1).setWatch(WatchRequest.newBuilder().setStart(COLOR)
            .setEnd(ByteString.copyFromUtf8("d")).setFromRevision(9).setPrevious(true).setProgressMillis(1_000).setCreditBytes(512 << 10)).build());
    request("watch control", "It may send another half of a MiB, and is to say how far it is.", 13, Request.newBuilder().setRemainingMillis(1_000)
        .setKeyspace(1).setWatchControl(WatchControl.newBuilder().setWatch(12).setCreditBytes(1 << 20).setProgress(true)).build());
    request("watch list", "What `who --watching col` asks each node.", 14, Request.newBuilder().setRemainingMillis(5_000).setThisNode(true).setKeyspace(1)
        .setWatchList(WatchList.newBuilder().setStart(ByteString.copyFromUtf8("col")).setEnd(ByteString.copyFromUtf8("com"))).build());
    answer("a batch of a watch", "The key was deleted at revision 9, and nothing else happened up to 11.", 12, Frame.MORE, Response.newBuilder()
        .setRevision(11).setWatch(WatchBatch.newBuilder().setPreviousRevision(8).setRevision(11).addEvents(WatchEvent.newBuilder()
            .setType(WatchEvent.Type.DELETE).setRevision(9).setKv(KeyValue.newBuilder().setKey(COLOR).setModRevision(9)).setPrevious(color())
            .build().toByteString())).build());
    answer("to a watch control", "", 13, 0,
        Response.newBuilder().setWatchControl(WatchControlAnswer.newBuilder().setFound(true)).build());
    answer("to a watch list", "One watch, a minute old, that was sent what concerns it up to revision 11.", 14, 0,
        Response.newBuilder().setWatchList(WatchListAnswer.newBuilder().addWatches(WatchListAnswer.Item.newBuilder().setConnection(3)
            .setPeer("10.0.0.9:40112").setWatch(12).setStart(COLOR).setEnd(ByteString.copyFromUtf8("d")).setOpenMillis(60_000).setRevision(11)
            .setKnownRevision(11).setCreditBytes(512 << 10))).build());
  }

  private static KeyValue color() {
    return KeyValue.newBuilder().setKey(COLOR).setValue(BLUE).setCreateRevision(8).setModRevision(8).setVersion(1).build();
  }

  private void answer(String title, String words, long id, int flags, Response body) {
    samples.add(new Sample("RESPONSE: " + title, words, FrameKind.RESPONSE, flags, id, body));
  }

  private void answers() {
    answer("to a put", "Done at revision 8.", 1, 0,
        Response.newBuilder().setRevision(8).setWrite(WriteAnswer.newBuilder().setChanged(1)).build());
    answer("to a delete", "With what it removed; and this is the answer to a second sending of a delete that was done.", 2, 0,
        Response.newBuilder().setRevision(9).setWrite(WriteAnswer.newBuilder().setChanged(1).setPrevious(color()).setRepeatedAnswer(true))
            .build());
    answer("to a txn", "Both operations of `then` were done, at revision 10.", 12, 0, Response.newBuilder().setRevision(10).setWrite(WriteAnswer.newBuilder()
        .setChanged(2).setTxn(TxnAnswer.newBuilder().setSucceeded(true).addAnswers(TxnOpAnswer.newBuilder().addKvs(color()))
            .addAnswers(TxnOpAnswer.newBuilder().setSum(1)))).build());
    answer("to a get", "", 4, 0, Response.newBuilder().setRevision(8).setGet(GetAnswer.newBuilder().setFound(color())).build());
    answer("to a serializable get", "There is no such key here; this replica heard its leader 12 ms ago.", 5, 0,
        Response.newBuilder().setRevision(7).setGet(GetAnswer.getDefaultInstance())
            .setStaleness(Staleness.newBuilder().setLeaderHeardMillisAgo(12)).build());
    answer("a part of a range", "With the flag `MORE`: another one follows.", 6, Frame.MORE,
        Response.newBuilder().setRevision(9).setRange(RangeChunk.newBuilder().addKvs(color()).setRevision(9)).build());
    answer("the end of a range", "Two keys in all; there are more, and the token says where.", 6, 0,
        Response.newBuilder().setRevision(9).setRange(RangeChunk.newBuilder()
            .addKvs(color().toBuilder().setKey(ByteString.copyFromUtf8("colour"))).setCount(2).setMore(true)
            .setResume(ByteString.copyFromUtf8("(a token)")).setRevision(9)).build());
    answer("to children", "A key, and what lies below `users/a/`.", 7, 0, Response.newBuilder().setRevision(9)
        .setChildren(ChildrenChunk.newBuilder().setRevision(9)
            .addChildren(ChildrenChunk.Child.newBuilder().setName(ByteString.copyFromUtf8("users/a")))
            .addChildren(ChildrenChunk.Child.newBuilder().setName(ByteString.copyFromUtf8("users/a/")).setBelow(true))).build());
    answer("to a hash", "", 8, 0, Response.newBuilder().setRevision(9)
        .setHash(HashAnswer.newBuilder().setHash(0xfedcba9876543210L).setKeys(1).setBytes(100)).build());
    answer("to a transfer", "", 11, 0, Response.newBuilder()
        .setTransfer(TransferAnswer.newBuilder().setFrom("n1").setTo("n3")).build());
    answer("to a shard map", "Cut down to one node and one shard.", 9, 0, Response.newBuilder().setShardMap(ShardMap.newBuilder().setEpoch(1)
        .setClusterId("demo").addNodes(ShardMap.Node.newBuilder().setName("n1").setClientAddress("10.0.0.1:7001").setPeerAddress("10.0.0.1:7101"))
        .addShards(ShardMap.Shard.newBuilder().setId(1).setEpoch(1).setEndOpen(true).addNodes("n1").setLeader("n1"))).build());
    answer("to a status", "Cut down to some of its fields.", 10, 0, Response.newBuilder().setRevision(9).setStatus(NodeStatus.newBuilder()
        .setName("n1").setVersion("1.0").setClusterId("demo").setRevision(9).addReplicas(NodeStatus.ReplicaStatus.newBuilder().setShard(1)
            .setReplica(1).setRole("LEADER").setTerm(TERM).setLeader("n1").setLast(12).setCommit(12).setApplied(12).setRevision(9))
        .addLimits(NodeStatus.Limit.newBuilder().setName("limits.value-bytes").setValue(1 << 20))
        .addPeers(NodeStatus.PeerLink.newBuilder().setNode("n2").setConnected(true))).build());
  }

  private void errors() {
    watches();
    answer("refused", "Certainly without effect, and who to ask instead.", 1, 0, Response.newBuilder().setError(Error.newBuilder()
        .setKind(ErrorKind.REFUSED).setCode(ErrorCode.NOT_LEADER).setMessage("n2 leads shard 1").setLeaderNode("n2")).build());
    answer("overloaded", "Refused as well, and when to come back.", 1, 0, Response.newBuilder().setError(Error.newBuilder()
        .setKind(ErrorKind.REFUSED).setCode(ErrorCode.OVERLOADED).setMessage("come back later").setRetryAfterMillis(20)).build());
    answer("unknown", "It may have happened, or may still.", 1, 0, Response.newBuilder().setError(Error.newBuilder()
        .setKind(ErrorKind.UNKNOWN).setCode(ErrorCode.OUTCOME_UNKNOWN).setMessage("leadership was lost")).build());
  }

  private void upkeep() {
    add("CANCEL", "Nobody waits for request 6 any more.", FrameKind.CANCEL, 6, null);
    add("PING", "", FrameKind.PING, 0, null);
    add("PONG", "", FrameKind.PONG, 0, null);
    add("GOAWAY", "", FrameKind.GOAWAY, 0,
        GoAway.newBuilder().setReason(GoAwayReason.NODE_STOPPING).setMessage("this node is stopping").build());
  }

  private void raft(String title, String words, RaftMessage message) {
    var replicas = new TreeMap<>(java.util.Map.of(ONE, "n1", TWO, "n2", new ReplicaId(3), "n3"));
    var shard = new ShardDescriptor(1, 1, 1, new byte[] {1}, new byte[] {2}, replicas);
    add("RAFT: " + title, words, FrameKind.RAFT, samples.size(),
        RaftBatch.newBuilder().addMessages(RaftCodec.encode(shard, message)).build());
  }

  private void raft() {
    var last = new EntryId(2, 11);
    raft("pre-vote", "Could replica 2 win term 3?", new RaftMessage.RequestPreVote(TWO, ONE, TERM, last));
    raft("pre-vote reply", "", new RaftMessage.PreVoteResponse(ONE, TWO, TERM, true));
    raft("vote", "", new RaftMessage.RequestVote(TWO, ONE, TERM, last, false));
    raft("vote reply", "", new RaftMessage.VoteResponse(ONE, TWO, TERM, true));
    byte[] payload = EntryPayload.commands(8, 100_000, List.of(putColor().toByteString()));
    raft("append", "One entry, which holds the put above: a batch of one command. Its payload is drawn in [on-disk.md](on-disk.md).",
        new RaftMessage.AppendEntries(TWO, ONE, TERM, last, List.of(new Entry(TERM, 12, EntryKind.COMMAND, payload)), 11));
    raft("append reply, accepted", "Up to index 12 all is durable on replica 1.",
        new RaftMessage.AppendEntriesResponse(ONE, TWO, TERM, true, 12, EntryId.ZERO, 0));
    raft("append reply, refused", "Replica 1 has nothing at index 11 that fits; its log may agree up to entry 2/9.",
        new RaftMessage.AppendEntriesResponse(ONE, TWO, TERM, false, 0, new EntryId(2, 9), 11));
    raft("heartbeat", "", new RaftMessage.Heartbeat(TWO, ONE, TERM, 12, 40));
    raft("heartbeat reply", "", new RaftMessage.HeartbeatResponse(ONE, TWO, TERM, 40, 12));
    raft("read index", "Replica 1 asks the leader on behalf of reads that have seen revision 8.",
        new RaftMessage.ReadIndexRequest(ONE, TWO, TERM, 77, 8));
    raft("read index reply", "Wait for index 12: the shard is resolved at 9 there.",
        new RaftMessage.ReadIndexResponse(TWO, ONE, TERM, 77, 12, 9, true));
    raft("timeout now", "Replica 1 is to campaign at once.", new RaftMessage.TimeoutNow(TWO, ONE, TERM, 40));
    raft("removed", "Replica 1 is no member of the shard any more.", new RaftMessage.ReplicaRemoved(TWO, ONE, TERM));
    raft("show log", "Replica 1, which may have lost the end of its log, asks how far the log of replica 2 reaches.",
        new RaftMessage.ShowLog(ONE, TWO, TERM, 5, last));
    raft("log shown", "It reaches up to entry 2/11; the members stand at index 4, and replica 2 leads.",
        new RaftMessage.LogShown(TWO, ONE, TERM, 5, last, 4, true));
    raft("quiesce", "Nothing is under way: the leader falls silent until something is.", new RaftMessage.Quiesce(TWO, ONE, TERM, last));
  }

  private void peers() {
    add("PEER_REQUEST: revisions", "For two closed batches, of 1 and of 300 commands.", FrameKind.PEER_REQUEST, 21,
        PeerRequest.newBuilder().setRevisions(RevisionsRequest.newBuilder().addCounts(1).addCounts(300)).build());
    add("PEER_RESPONSE: revisions", "8 for the first, 9 to 308 for the second.", FrameKind.PEER_RESPONSE, 21,
        PeerResponse.newBuilder().setRevisions(RevisionsAnswer.newBuilder().addFirst(8).addFirst(9).setLast(308)).build());
    add("PEER_RESPONSE: refused", "", FrameKind.PEER_RESPONSE, 21,
        PeerResponse.newBuilder().setRefused(PeerRefused.newBuilder().setMessage("this node does not lead the system shard")).build());
    add("PEER_REQUEST: snapshot", "One chunk; what is in `data` is drawn in [on-disk.md](on-disk.md#a-snapshot).", FrameKind.PEER_REQUEST, 22,
        PeerRequest.newBuilder().setSnapshot(SnapshotChunk.newBuilder().setShard(1).setRangeEpoch(1).setFrom(2).setTo(1).setTerm(TERM)
            .setStream(5).setNumber(1).setData(ByteString.copyFromUtf8("(a chunk)"))).build());
    add("PEER_RESPONSE: snapshot", "", FrameKind.PEER_RESPONSE, 22,
        PeerResponse.newBuilder().setSnapshot(SnapshotChunkAnswer.newBuilder().setAccepted(true)).build());
    members();
    history();
  }

  private void history() {
    HistoryRequest request = HistoryRequest.newBuilder().setCompact(CompactRequest.newBuilder().setRevision(1_000)).build();
    Response told = Response.newBuilder().setHistory(HistoryInfo.newBuilder().setWanted(1_000)
        .addShards(HistoryInfo.Shard.newBuilder().setShard(1).setCompacted(900))).build();
    add("REQUEST: history", "Compact to revision 1,000. Answered when shard 0 has committed it.", FrameKind.REQUEST, 71,
        Request.newBuilder().setRemainingMillis(5_000).setKeyspace(1).setHistory(request).build());
    add("RESPONSE: history", "The shards follow.", FrameKind.RESPONSE, 71, told);
    add("REQUEST: key history", "What became of a key.", FrameKind.REQUEST, 72, Request.newBuilder().setShard(1).setShardEpoch(1)
        .setRemainingMillis(5_000).setKeyspace(1)
        .setKeyHistory(KeyHistoryRequest.newBuilder().setKey(ByteString.copyFromUtf8("color")).setLimit(100)).build());
    add("RESPONSE: key history", "A delete, and the put before it; what came earlier is compacted.", FrameKind.RESPONSE, 72,
        Response.newBuilder().setRevision(1_200).setKeyHistory(KeyHistory.newBuilder().setCut(true).setCompacted(900)
            .addEvents(KeyHistory.Event.newBuilder().setRevision(1_100).setClientHigh(1).setClientLow(2).setSequence(8))
            .addEvents(KeyHistory.Event.newBuilder().setRevision(1_000).setClientHigh(1).setClientLow(2).setSequence(7).setPut(
                KeyHistory.KeyEventValue.newBuilder().setValue(ByteString.copyFromUtf8("blue")).setCreateRevision(950).setVersion(2)))).build());
    add("PEER_REQUEST: history", "The same, on its way to the leader of shard 0.", FrameKind.PEER_REQUEST, 26,
        PeerRequest.newBuilder().setHistory(HistoryForward.newBuilder().setRequest(request.toByteString()).setRemainingMillis(5_000)).build());
    add("PEER_RESPONSE: history", "", FrameKind.PEER_RESPONSE, 26,
        PeerResponse.newBuilder().setHistory(HistoryForwardAnswer.newBuilder().setResponse(told.toByteString())).build());
  }

  private void members() {
    MemberRequest request = MemberRequest.newBuilder().setKind(MemberRequest.Kind.ADD).setNode("n4").setPeerAddress("127.0.0.1:7104")
        .setClientAddress("127.0.0.1:7004").build();
    Response told = Response.newBuilder().setMembers(MemberTable.newBuilder().setEpoch(9).addMembers(MemberTable.Member.newBuilder()
        .setId(4).setName("n4").setPeerAddress("127.0.0.1:7104").setClientAddress("127.0.0.1:7004")
        .setStanding(MemberTable.Standing.LEARNER))).build();
    add("REQUEST: member", "Answered when the change has ended.", FrameKind.REQUEST, 61,
        Request.newBuilder().setRemainingMillis(60_000).setKeyspace(1).setMember(request).build());
    add("RESPONSE: members", "", FrameKind.RESPONSE, 61, told);
    add("PEER_REQUEST: member", "The same, on its way to the leader of shard 0.", FrameKind.PEER_REQUEST, 23,
        PeerRequest.newBuilder().setMember(MemberForward.newBuilder().setRequest(request.toByteString()).setRemainingMillis(60_000)).build());
    add("PEER_RESPONSE: member", "", FrameKind.PEER_RESPONSE, 23,
        PeerResponse.newBuilder().setMember(MemberForwardAnswer.newBuilder().setResponse(told.toByteString())).build());
    add("PEER_REQUEST: member step", "Shard 2 is to take the first step of change 3, if shard 0 still says so.", FrameKind.PEER_REQUEST, 24,
        PeerRequest.newBuilder().setMemberStep(MemberStep.newBuilder().setShard(2).setChange(3)).build());
    add("PEER_RESPONSE: member step", "", FrameKind.PEER_RESPONSE, 24, PeerResponse.newBuilder().setMemberStep(
        MemberStepAnswer.newBuilder().setOutcome(MemberStepAnswer.Outcome.WAIT).setReason("it has no leader")).build());
    add("PEER_REQUEST: join", "", FrameKind.PEER_REQUEST, 25, PeerRequest.newBuilder().setJoin(JoinRequest.newBuilder().setNodeName("n4")
        .setIncarnation(ByteString.copyFromUtf8("(16 random bytes"))).build());
    add("PEER_RESPONSE: join", "", FrameKind.PEER_RESPONSE, 25,
        PeerResponse.newBuilder().setJoin(JoinAnswer.newBuilder().setRefused("it is being written down")).build());
  }
}
