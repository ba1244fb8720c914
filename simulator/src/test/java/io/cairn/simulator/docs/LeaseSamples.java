package io.cairn.simulator.docs;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import io.cairn.protocol.frame.FrameKind;
import io.cairn.protocol.wire.Command;
import io.cairn.protocol.wire.LeaseDelete;
import io.cairn.protocol.wire.LeaseGeneration;
import io.cairn.protocol.wire.LeaseGrant;
import io.cairn.protocol.wire.LeaseKeepAlive;
import io.cairn.protocol.wire.LeaseKeepAliveAnswer;
import io.cairn.protocol.wire.LeaseList;
import io.cairn.protocol.wire.LeaseListAnswer;
import io.cairn.protocol.wire.LeaseRegister;
import io.cairn.protocol.wire.LeaseRegisterAnswer;
import io.cairn.protocol.wire.LeaseRevoke;
import io.cairn.protocol.wire.LeaseStep;
import io.cairn.protocol.wire.LeaseStepAnswer;
import io.cairn.protocol.wire.LeaseTimeToLive;
import io.cairn.protocol.wire.LeaseTimeToLiveAnswer;
import io.cairn.protocol.wire.LeaseWritten;
import io.cairn.protocol.wire.PeerRequest;
import io.cairn.protocol.wire.PeerResponse;
import io.cairn.protocol.wire.Put;
import io.cairn.protocol.wire.Request;
import io.cairn.protocol.wire.Response;
import io.cairn.protocol.wire.WriteAnswer;
import io.cairn.simulator.docs.WireSamples.Sample;
import java.util.ArrayList;
import java.util.List;

/** The life of one lease: granted, used in shard 1, renewed, looked at, revoked. */
final class LeaseSamples {
  private static final long LEASE = 0x6f0aL;
  private static final long OWN = 0x4000_0425_a48a_0ebcL;
  private static final LeaseGeneration HOLDER = LeaseGeneration.newBuilder().setId(LEASE).setGrant(12 << 20 | 1).build();

  private final List<Sample> samples = new ArrayList<>();

  private LeaseSamples() {}

  static List<Sample> all() {
    var all = new LeaseSamples();
    all.commands();
    all.questions();
    all.peers();
    return all.samples;
  }

  private void add(String title, String words, FrameKind kind, long id, Message body) {
    samples.add(new Sample(title, words, kind, 0, id, body));
  }

  private static Command.Builder command(long sequence) {
    return Command.newBuilder().setClientHigh(0x0a0b0c0d0e0f1011L).setClientLow(0x1213141516171819L).setSequence(sequence)
        .setLowestOpen(sequence).setSeen(7).setKeyspace(1);
  }

  private static Request.Builder request() {
    return Request.newBuilder().setSeen(7).setRemainingMillis(5_000).setKeyspace(1);
  }

  private void write(String title, String words, long id, Command command) {
    add("REQUEST: " + title, words, FrameKind.REQUEST, id, request().setCommand(command.toByteString()).build());
  }

  private void commands() {
    write("lease grant", "30 s, with an id of the server's choice; a command to shard 0.", 71,
        command(4).setLeaseGrant(LeaseGrant.newBuilder().setTtlMillis(30_000)).build());
    add("RESPONSE: to a lease grant", "", FrameKind.RESPONSE, 71, Response.newBuilder().setRevision(8)
        .setWrite(WriteAnswer.newBuilder().setLease(LeaseWritten.newBuilder().setId(LEASE).setTtlMillis(30_000))).build());
    write("put under a lease", "A command to the shard of its key.", 72, command(1).setPut(Put.newBuilder()
        .setKey(ByteString.copyFromUtf8("color")).setValue(ByteString.copyFromUtf8("blue")).setLease(LEASE)).build());
    write("put with a TTL", "For 5 s, by a lease of its own.", 78, command(2).setPut(Put.newBuilder()
        .setKey(ByteString.copyFromUtf8("shape")).setValue(ByteString.copyFromUtf8("round")).setTtlMillis(5_000)).build());
    add("RESPONSE: to a put with a TTL", "The lease, at home in shard 1.", FrameKind.RESPONSE, 78, Response.newBuilder().setRevision(9)
        .setWrite(WriteAnswer.newBuilder().setChanged(1).setLease(LeaseWritten.newBuilder().setId(OWN).setTtlMillis(5_000))).build());
    write("lease revoke", "Answered when all its keys are gone.", 73, command(5).setLeaseRevoke(LeaseRevoke.newBuilder().setId(LEASE)).build());
    write("lease delete", "In the log of a shard alone, put there by its leader: from a client it is refused.", 74, Command.newBuilder()
        .setSequence(1).setLowestOpen(1).setLeaseDelete(LeaseDelete.newBuilder().addLeases(HOLDER)).build());
  }

  private void questions() {
    add("REQUEST: lease keep alive", "All leases of one home at once, to its leader.", FrameKind.REQUEST, 75,
        request().setLeaseKeepAlive(LeaseKeepAlive.newBuilder().addIds(LEASE).addIds(7)).build());
    add("RESPONSE: to a lease keep alive", "The first lives for 30 s more, the second is gone.", FrameKind.RESPONSE, 75,
        Response.newBuilder().setLeaseKeepAlive(LeaseKeepAliveAnswer.newBuilder().addTtlMillis(30_000).addTtlMillis(0)).build());
    add("REQUEST: lease time to live", "With its keys.", FrameKind.REQUEST, 76,
        request().setLeaseTimeToLive(LeaseTimeToLive.newBuilder().setId(LEASE).setKeys(true)).build());
    add("RESPONSE: to a lease time to live", "", FrameKind.RESPONSE, 76, Response.newBuilder().setLeaseTimeToLive(LeaseTimeToLiveAnswer
        .newBuilder().setTtlMillis(30_000).setRemainingMillis(12_345).addKeys(ByteString.copyFromUtf8("color"))).build());
    add("REQUEST: lease list", "", FrameKind.REQUEST, 77, request().setLeaseList(LeaseList.newBuilder().setAfter(7)).build());
    add("RESPONSE: to a lease list", "", FrameKind.RESPONSE, 77, Response.newBuilder().setLeaseList(LeaseListAnswer.newBuilder().addLeases(
        LeaseListAnswer.Item.newBuilder().setId(LEASE).setTtlMillis(30_000).setEnding(true))).build());
  }

  private void peers() {
    add("PEER_REQUEST: lease register", "A key of shard 1 is about to be put under it; to the leader of shard 0.", FrameKind.PEER_REQUEST, 26,
        PeerRequest.newBuilder().setLeaseRegister(LeaseRegister.newBuilder().setShard(1).addIds(LEASE)).build());
    add("PEER_RESPONSE: lease register", "It is alive: its grant.", FrameKind.PEER_RESPONSE, 26, PeerResponse.newBuilder()
        .setLeaseRegister(LeaseRegisterAnswer.newBuilder().addGrants(HOLDER.getGrant())).build());
    add("PEER_REQUEST: lease step", "Its end has begun: shard 1 is to take no more keys under it.", FrameKind.PEER_REQUEST, 27,
        PeerRequest.newBuilder().setLeaseStep(LeaseStep.newBuilder().setShard(1).setStage(LeaseStep.Stage.FENCE).addLeases(HOLDER)).build());
    add("PEER_RESPONSE: lease step", "", FrameKind.PEER_RESPONSE, 27,
        PeerResponse.newBuilder().setLeaseStep(LeaseStepAnswer.getDefaultInstance()).build());
  }
}
