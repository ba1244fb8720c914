package io.cairn.simulator.docs;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import io.cairn.protocol.frame.FrameKind;
import io.cairn.protocol.wire.Command;
import io.cairn.protocol.wire.Guard;
import io.cairn.protocol.wire.GuardFence;
import io.cairn.protocol.wire.GuardFenceAnswer;
import io.cairn.protocol.wire.GuardRegister;
import io.cairn.protocol.wire.GuardRegisterAnswer;
import io.cairn.protocol.wire.GuardSubject;
import io.cairn.protocol.wire.LockAnswer;
import io.cairn.protocol.wire.LockEnter;
import io.cairn.protocol.wire.LockPlace;
import io.cairn.protocol.wire.LockWait;
import io.cairn.protocol.wire.PeerRequest;
import io.cairn.protocol.wire.PeerResponse;
import io.cairn.protocol.wire.Put;
import io.cairn.protocol.wire.Request;
import io.cairn.protocol.wire.Response;
import io.cairn.simulator.docs.WireSamples.Sample;
import java.util.ArrayList;
import java.util.List;

/** One who comes to a lock that another one holds, and is granted it. */
final class LockSamples {
  private static final long LEASE = 0x6f0aL;
  private static final long TOKEN = 12;
  private static final ByteString KEY = ByteString.copyFromUtf8("{orders}/lock/0000000000006f0a-00000000000000a7");

  private final List<Sample> samples = new ArrayList<>();

  private LockSamples() {}

  static List<Sample> all() {
    var all = new LockSamples();
    all.waiting();
    all.guards();
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

  private void guards() {
    Command guarded = command(4).setPut(Put.newBuilder().setKey(ByteString.copyFromUtf8("color")).setValue(ByteString.copyFromUtf8("blue")))
        .addGuards(Guard.newBuilder().setPlace(GuardSubject.newBuilder().setKey(KEY).setToken(TOKEN))).build();
    add("REQUEST: guarded put", "Done only while the lock has not passed on.", FrameKind.REQUEST, 83, request().setCommand(guarded.toByteString()).build());
    GuardSubject stored = GuardSubject.newBuilder().setKey(ByteString.copyFrom(new byte[] {1}).concat(KEY)).setToken(TOKEN).build();
    add("PEER_REQUEST: guard register", "Writes of shard 1 are about to be guarded by a lock of shard 3; to that one's leader.", FrameKind.PEER_REQUEST, 28,
        PeerRequest.newBuilder().setGuardRegister(GuardRegister.newBuilder().setShard(1).setHome(3).setSubject(stored)).build());
    add("PEER_RESPONSE: guard register", "", FrameKind.PEER_RESPONSE, 28,
        PeerResponse.newBuilder().setGuardRegister(GuardRegisterAnswer.newBuilder().setStands(true)).build());
    add("PEER_REQUEST: guard fence", "The lock is about to pass on.", FrameKind.PEER_REQUEST, 29,
        PeerRequest.newBuilder().setGuardFence(GuardFence.newBuilder().setShard(1).setSubject(stored)).build());
    add("PEER_RESPONSE: guard fence", "", FrameKind.PEER_RESPONSE, 29,
        PeerResponse.newBuilder().setGuardFence(GuardFenceAnswer.getDefaultInstance()).build());
  }

  private void waiting() {
    ByteString place = LockPlace.newBuilder().setData(ByteString.copyFromUtf8("billing-3")).build().toByteString();
    Command put = command(3).setPut(Put.newBuilder().setKey(KEY).setValue(place).setLease(LEASE)).build();
    add("REQUEST: lock enter", "A place in the queue of `{orders}/lock/`, for one alone; its command is a put under a lease.", FrameKind.REQUEST, 81,
        request().setLockEnter(LockEnter.newBuilder().setCommand(put.toByteString())).build());
    add("RESPONSE: to a lock enter", "One is before it.", FrameKind.RESPONSE, 81, Response.newBuilder().setRevision(TOKEN)
        .setLock(LockAnswer.newBuilder().setState(LockAnswer.State.WAITING).setToken(TOKEN).setBefore(1)).build());
    add("REQUEST: lock wait", "For half a minute.", FrameKind.REQUEST, 82,
        request().setLockWait(LockWait.newBuilder().setKey(KEY).setToken(TOKEN).setWaitMillis(30_000)).build());
    add("RESPONSE: to a lock wait", "It is its turn.", FrameKind.RESPONSE, 82, Response.newBuilder().setRevision(15)
        .setLock(LockAnswer.newBuilder().setState(LockAnswer.State.GRANTED).setToken(TOKEN)).build());
  }
}
