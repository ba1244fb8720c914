package io.cairn.server.frontend;

import static io.cairn.server.frontend.ClientFixture.MILLI;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.cairn.protocol.link.Link;
import io.cairn.protocol.wire.Command;
import io.cairn.protocol.wire.Delete;
import io.cairn.protocol.wire.ErrorCode;
import io.cairn.protocol.wire.ErrorKind;
import io.cairn.protocol.wire.GetRequest;
import io.cairn.protocol.wire.LockAnswer.State;
import io.cairn.protocol.wire.LockEnter;
import io.cairn.protocol.wire.LockWait;
import io.cairn.protocol.wire.Put;
import io.cairn.protocol.wire.Request;
import io.cairn.protocol.wire.Response;
import io.cairn.server.command.EntryPayload;
import io.cairn.server.command.ShardCommand;
import io.cairn.storage.mvcc.Op;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Waiting for locks at a node's port, in virtual time. */
class LockServiceTest {
  private static final String QUEUE = "{orders}/lock/";
  private static final long LEASE = 7;
  private final ClientFixture node = new ClientFixture();
  private long sequence;

  @BeforeEach
  void knowTheLease() {
    change(ShardCommand.ChangeLeases.Kind.KNOW);
  }

  private void change(ShardCommand.ChangeLeases.Kind kind) {
    var change = new ShardCommand.ChangeLeases(kind, List.of(new Op.Generation(LEASE, 100)));
    node.net.now(() -> node.replicas.get(2).submit(EntryPayload.upkeep(change), _ -> { }));
    node.loops.run();
  }

  private static ByteString key(String attempt) {
    return ByteString.copyFromUtf8(QUEUE + attempt);
  }

  private ByteString command(long number, Command.Builder command) {
    return command.setClientHigh(5).setClientLow(6).setSequence(number).setLowestOpen(1).setKeyspace(1).build().toByteString();
  }

  private static Request.Builder request(LockEnter.Builder enter) {
    return Request.newBuilder().setRemainingMillis(5_000).setKeyspace(1).setLockEnter(enter);
  }

  private LockEnter.Builder enter(long number, ByteString key, long lease) {
    return LockEnter.newBuilder().setCommand(command(number, Command.newBuilder().setPut(Put.newBuilder().setKey(key).setLease(lease))));
  }

  private Response entered(String attempt) {
    return node.answer(request(enter(++sequence, key(attempt), LEASE)));
  }

  private ClientFixture.Got waits(Link link, String attempt, long token, long millis) {
    ClientFixture.Got got = node.ask(link, Request.newBuilder().setRemainingMillis(60_000).setKeyspace(1)
        .setLockWait(LockWait.newBuilder().setKey(key(attempt)).setToken(token).setWaitMillis(millis)));
    node.loops.run();
    return got;
  }

  private void delete(String attempt) {
    node.answer(Request.newBuilder().setRemainingMillis(5_000)
        .setCommand(command(++sequence, Command.newBuilder().setDelete(Delete.newBuilder().setKey(key(attempt))))));
  }

  private boolean has(String attempt) {
    return node.answer(Request.newBuilder().setRemainingMillis(5_000).setGet(GetRequest.newBuilder().setKey(key(attempt)))).getGet().hasFound();
  }

  @Test
  void whoWaitsIsGrantedItInTurnAndHearsMeanwhileThatItWaits() {
    Response first = entered("1");
    assertThat(first.getLock().getState()).isEqualTo(State.GRANTED);
    assertThat(first.getLock().getToken()).isEqualTo(first.getRevision());
    Response second = entered("2");
    assertThat(second.getLock().getState()).isEqualTo(State.WAITING);
    assertThat(second.getLock().getBefore()).isEqualTo(1);
    ClientFixture.Got waiting = waits(node.link, "2", second.getLock().getToken(), 60_000);
    node.loops.advance(2_000 * MILLI);
    assertThat(waiting.open()).isTrue();
    assertThat(waiting.parts).hasSizeBetween(3, 5).allSatisfy(part -> assertThat(part.getLock().getState()).isEqualTo(State.WAITING));
    delete("1");
    assertThat(waiting.last.getLock().getState()).isEqualTo(State.GRANTED);
    assertThat(waiting.last.getRevision()).isGreaterThan(waiting.last.getLock().getToken());
    assertThat(node.service.inflightBytes()).isZero();
  }

  @Test
  @DisplayName("U27 whoever's time is over is told so once its place is deleted; so is one that only tried")
  void outMeansDeleted() {
    entered("1");
    Response tried = node.answer(request(enter(++sequence, key("2"), LEASE).setTry(true)));
    assertThat(tried.getLock().getState()).isEqualTo(State.TIMED_OUT);
    assertThat(has("2")).isFalse();
    Response third = entered("3");
    ClientFixture.Got waiting = waits(node.link, "3", third.getLock().getToken(), 300);
    assertThat(waiting.open()).isTrue();
    node.loops.advance(400 * MILLI);
    assertThat(waiting.last.getLock().getState()).isEqualTo(State.TIMED_OUT);
    assertThat(has("3")).isFalse();
    assertThat(has("1")).isTrue();
  }

  @Test
  @DisplayName("LL-10 a withdrawal leaves no place, whether the one it withdraws was there, is there, or never came")
  void aWithdrawalLeavesNothing() {
    LockEnter.Builder once = enter(++sequence, key("1"), LEASE);
    node.answer(request(once));
    assertThat(has("1")).isTrue();
    assertThat(node.answer(request(once.clone().setWithdraw(true))).getLock().getState()).isEqualTo(State.GONE);
    assertThat(has("1")).isFalse();
    assertThat(node.answer(request(once)).getLock().getState()).as("what was on its way comes too late").isEqualTo(State.GONE);
    assertThat(has("1")).isFalse();
    LockEnter.Builder never = enter(++sequence, key("2"), LEASE);
    assertThat(node.answer(request(never.clone().setWithdraw(true))).getLock().getState()).isEqualTo(State.GONE);
    assertThat(node.answer(request(never)).getLock().getState()).isEqualTo(State.GONE);
    assertThat(has("2")).isFalse();
  }

  @Test
  @DisplayName("a place is kept for 5 s while its client is away; a place that was granted is not taken away at all")
  void whoIsAwayKeepsItsPlaceForAWhile() {
    entered("1");
    Response second = entered("2");
    Link other = node.link();
    node.loops.advance(100 * MILLI);
    waits(other, "2", second.getLock().getToken(), 60_000);
    node.client.now(other::close);
    node.loops.advance(4_000 * MILLI);
    ClientFixture.Got back = waits(node.link, "2", second.getLock().getToken(), 60_000);
    node.loops.advance(7_000 * MILLI);
    assertThat(back.open()).isTrue();
    assertThat(has("2")).isTrue();
    assertThat(has("1")).as("granted, and nobody waits for it").isTrue();
    Response third = entered("3");
    assertThat(third.getLock().getBefore()).isEqualTo(2);
    node.loops.advance(6_000 * MILLI);
    assertThat(has("3")).as("its client never came to wait").isFalse();
    assertThat(waits(node.link, "3", third.getLock().getToken(), 60_000).last.getLock().getState()).isEqualTo(State.GONE);
  }

  @Test
  @DisplayName("LL-01 nothing is granted to a lease that is fenced in the shard")
  void aFencedLeaseIsGrantedNothing() {
    entered("1");
    Response second = entered("2");
    ClientFixture.Got waiting = waits(node.link, "2", second.getLock().getToken(), 60_000);
    change(ShardCommand.ChangeLeases.Kind.FENCE);
    delete("1");
    node.loops.advance(1_000 * MILLI);
    assertThat(waiting.open()).isTrue();
    assertThat(node.answer(request(enter(++sequence, key("3"), LEASE))).getError().getCode()).isEqualTo(ErrorCode.LEASE_NOT_FOUND);
  }

  @Test
  void whatIsNoPlaceIsRefusedWithWhatWouldBeRight() {
    for (Request.Builder wrong : List.of(request(enter(++sequence, ByteString.copyFromUtf8("orders/lock/1"), LEASE)),
        request(enter(++sequence, ByteString.copyFromUtf8("{orders}"), LEASE)), request(enter(++sequence, ByteString.copyFromUtf8(QUEUE), LEASE)),
        Request.newBuilder().setRemainingMillis(5_000).setLockWait(LockWait.newBuilder().setKey(ByteString.copyFromUtf8("x/{y}")).setToken(3)))) {
      Response answer = node.answer(wrong);
      assertThat(answer.getError().getCode()).isEqualTo(ErrorCode.BAD_REQUEST);
      assertThat(answer.getError().getMessage()).contains("{orders}/lock/17");
    }
    Response noLease = node.answer(request(enter(++sequence, key("1"), 0)));
    assertThat(noLease.getError().getMessage()).contains("under a lease");
    Response noToken = node.answer(Request.newBuilder().setRemainingMillis(5_000).setLockWait(LockWait.newBuilder().setKey(key("1"))));
    assertThat(noToken.getError().getKind()).isEqualTo(ErrorKind.REFUSED);
    assertThat(noToken.getError().getMessage()).contains("token");
    assertThat(node.service.inflightBytes()).isZero();
    assertThat(node.broken).isEmpty();
  }
}
