package io.cairn.server.frontend;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.cairn.protocol.link.Link;
import io.cairn.protocol.wire.Error;
import io.cairn.protocol.wire.ErrorCode;
import io.cairn.protocol.wire.ErrorKind;
import io.cairn.protocol.wire.GetRequest;
import io.cairn.protocol.wire.HashRequest;
import io.cairn.protocol.wire.RangeRequest;
import io.cairn.protocol.wire.Request;
import io.cairn.protocol.wire.Response;
import io.cairn.server.config.Limits;
import io.cairn.server.frontend.ClientFixture.Got;
import io.cairn.server.testing.Commands;
import io.cairn.server.testing.VirtualLoops;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Issue 3, "Overload is a designed state", at one node's port, in virtual time; with processes it is jepsen.OverloadTest. */
class OverloadTest {
  private static final long MILLI = ClientFixture.MILLI;
  private static final int MIB = 1 << 20;
  private static final long OUTBOUND = Limits.defaults().nodeOutboundBytes();

  private final ClientFixture node = new ClientFixture();
  private long sequence;

  private static Request.Builder request() {
    return Request.newBuilder().setRemainingMillis(3_600_000);
  }

  private Request.Builder put(int bytes) {
    return request().setCommand(Commands.put(1, ++sequence, "k", "v".repeat(bytes)).build().toByteString());
  }

  private static Request.Builder get() {
    return request().setGet(GetRequest.newBuilder().setKey(ByteString.copyFromUtf8("a0")));
  }

  private static Request.Builder all() {
    return request().setRange(RangeRequest.newBuilder().setEndOpen(true));
  }

  private void fill(int values) {
    for (int i = 0; i < values; i++) {
      Request.Builder put = request().setCommand(Commands.put(2, i + 1, "a" + i, "v".repeat(MIB)).build().toByteString());
      assertThat(node.answer(put).hasWrite()).isTrue();
    }
  }

  /** Readers that ask and then take nothing. */
  private List<Link> stuck(int readers, int getsEach) {
    var links = new ArrayList<Link>();
    for (int i = 0; i < readers; i++) {
      Link link = node.link();
      node.loops.run();
      node.transport.opened().getLast().stall(true);
      for (int k = 0; k < getsEach; k++) {
        node.ask(link, get());
      }
      node.loops.run();
      links.add(link);
    }
    return links;
  }

  private static void assertOverloaded(Response answer, String words) {
    Error error = answer.getError();
    assertThat(error.getCode()).as("%s", answer).isEqualTo(ErrorCode.OVERLOADED);
    assertThat(error.getKind()).isEqualTo(ErrorKind.REFUSED);
    assertThat(error.getRetryAfterMillis()).isPositive();
    assertThat(error.getMessage()).contains(words);
  }

  @Test
  @DisplayName("scans are shed first, single reads at the bound, writes never because of readers that do not read")
  void scansAreShedFirst() {
    fill(1);
    stuck(17, 1);
    assertThat(node.service.outboundBytes()).isBetween(OUTBOUND / 2, OUTBOUND);

    assertOverloaded(node.answer(all()), "readers have left");
    assertOverloaded(node.answer(request().setHash(HashRequest.newBuilder().setShard(1).setRevision(2))), "readers have left");
    assertThat(node.answer(get()).getGet().hasFound()).isTrue();

    stuck(17, 1);
    assertThat(node.service.outboundBytes()).isGreaterThan(OUTBOUND);
    assertOverloaded(node.answer(get()), "readers have left");
    assertThat(node.answer(put(MIB)).hasWrite()).isTrue();
    node.transport.opened().forEach(end -> end.stall(false));
    node.loops.run();
    assertThat(node.service.outboundBytes()).isZero();
    assertThat(node.answer(all()).hasRange()).isTrue();
  }

  @Test
  @DisplayName("however many readers ask and do not read, what is read for them stays near the bound, and all of it is answered later")
  void whatManyReadersLeaveIsBounded() {
    fill(1);
    node.oracle.hold();
    var asked = new ArrayList<Got>();
    for (int i = 0; i < 80; i++) {
      Link link = node.link();
      node.loops.run();
      node.transport.opened().getLast().stall(true);
      asked.add(node.ask(link, get()));
      asked.add(node.ask(link, all()));
    }
    node.oracle.release();
    node.loops.run();

    assertThat(node.service.outboundBytes()).isLessThan(OUTBOUND + 2 * MIB);
    node.transport.opened().forEach(end -> end.stall(false));
    node.loops.advance(10_000 * MILLI);
    assertThat(asked).noneMatch(Got::open);
    assertThat(node.service.outboundBytes()).isZero();
    assertThat(node.service.inflightBytes()).isZero();
  }

  @Test
  @DisplayName("a reader that takes nothing is left alone while there is room, and let go when others wait for it")
  void aReaderThatStandsStillIsLetGoWhenOthersWait() {
    fill(8);
    Link lone = node.link();
    node.loops.run();
    node.transport.opened().getLast().stall(true);
    Got waits = node.ask(lone, all());
    node.loops.advance(20_000 * MILLI);
    assertThat(waits.open()).as("there is room").isTrue();
    assertThat(node.transport.opened().getLast().isClosed()).isFalse();

    stuck(30, 1);
    assertThat(node.service.outboundBytes()).isGreaterThan(OUTBOUND / 2);
    assertOverloaded(node.answer(all()), "readers have left");
    node.loops.advance(10_000 * MILLI);

    assertThat(node.service.outboundBytes()).isLessThanOrEqualTo(OUTBOUND / 2);
    Got whole = node.ask(all());
    node.loops.run();
    assertThat(whole.keys()).hasSize(8);
  }

  @Test
  @DisplayName("a connection with much in flight is refused over its even part, and one with little always finds room")
  void connectionsShareEvenly() {
    node.oracle.hold();
    Link greedy = node.link();
    node.loops.run();
    var writes = IntStream.range(0, 16).mapToObj(i -> node.ask(greedy, put(MIB - 1_000))).toList();
    node.loops.run();
    assertThat(writes).as("alone it may take all that one connection may").allMatch(Got::open);

    Got small = node.ask(put(100));
    node.loops.run();
    Got more = node.ask(greedy, put(10));
    node.loops.run();
    assertThat(small.open()).as("admitted").isTrue();
    assertOverloaded(more.last, "its even part is");
    node.oracle.release();
    node.loops.run();
    assertThat(small.last.hasWrite()).isTrue();
    assertThat(writes).allMatch(write -> write.last.hasWrite());
    assertThat(node.service.inflightBytes()).isZero();
  }

  @Test
  @DisplayName("as many scans as there is room for pages are taken, one more is refused, and single requests do not notice")
  void scansHaveARoomOfTheirOwn() {
    node.oracle.hold();
    long most = Limits.defaults().nodeInflightBytes() / 2 / Limits.defaults().rangeChunkBytes();
    var scans = new ArrayList<Got>();
    for (int i = 0; i <= most; i++) {
      Link link = node.link();
      node.loops.run();
      scans.add(node.ask(link, all()));
      node.loops.run();
    }
    assertOverloaded(scans.removeLast().last, "pages for reads of many keys");
    assertThat(scans).allMatch(Got::open);
    Got single = node.ask(get());
    node.oracle.release();
    node.loops.run();

    assertThat(single.last.hasGet()).isTrue();
    assertThat(scans).allMatch(scan -> scan.last.hasRange());
    assertThat(node.service.inflightBytes()).isZero();
  }

  @Test
  @DisplayName("a scan whose deadline passes while it waits for its turn ends by it and reads nothing")
  void aScanPastItsDeadlineCostsNothing() {
    fill(1);
    node.oracle.hold();
    Got scan = node.ask(all().setRemainingMillis(400));
    node.loops.run();
    stuck(20, 1);
    node.oracle.release();
    node.loops.run();
    assertThat(scan.open()).isTrue();
    node.loops.advance(500 * MILLI);

    assertThat(scan.last.getError().getCode()).isEqualTo(ErrorCode.DEADLINE);
    assertThat(scan.parts).isEmpty();
    node.transport.opened().forEach(end -> end.stall(false));
    node.loops.run();
    assertThat(node.answer(all()).hasRange()).isTrue();
  }

  @Test
  @DisplayName("turns come in the order of asking, a few at a time; who has given up is passed over")
  void turnsComeInOrder() {
    var loops = new VirtualLoops();
    var turns = new ScanTurns(loops.loop("scan"), new Admission(Limits.defaults()));
    var came = new ArrayList<Integer>();
    List<ScanTurns.Turn> asked = IntStream.range(0, 50).<ScanTurns.Turn>mapToObj(i -> () -> came.add(i)).toList();
    asked.forEach(turns::ask);
    loops.run();
    assertThat(came).hasSize(ScanTurns.PAGES_MAX);
    turns.giveUp(asked.get(ScanTurns.PAGES_MAX));
    for (int i = 0; i < asked.size(); i++) {
      turns.done();
    }
    loops.run();

    assertThat(came).isSorted().hasSize(49).doesNotContain(ScanTurns.PAGES_MAX);
  }
}
