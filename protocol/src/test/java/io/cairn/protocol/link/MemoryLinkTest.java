package io.cairn.protocol.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.protocol.frame.FrameKind;
import io.cairn.protocol.link.CallFailure.Reason;
import io.cairn.protocol.testing.World;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The contract in virtual time, and what only virtual time and a network under control can show. */
class MemoryLinkTest extends LinkContract {

  private World.Memory memory;

  @Override
  World world() {
    memory = (World.Memory) World.memory(11);
    return memory;
  }

  @Test
  void halfOpenPeerIsNoticedWithoutTraffic() {
    Client client = client(LinkSettings.defaults().withKeepAlive(SECOND, 3));
    world.onLoop(() -> {
      memory.transport.lastAcceptor().silence();
      memory.transport.lastOpener().silence();
    });
    memory.time.advance(5 * SECOND);
    assertThat(client.disconnected).isEqualTo(1);
    assertThat(client.losses.get(0)).hasMessageContaining("nothing was heard");
    world.until(() -> client.connected == 2);
    world.until(() -> server.closed == 1);
  }

  @Test
  void quietButLivingPeersStayConnected() {
    Client client = client(LinkSettings.defaults());
    memory.time.advance(300 * SECOND);
    assertThat(client.disconnected).isZero();
    assertThat(server.closed).isZero();
  }

  @Test
  void callsDoNotArmATimerEach() {
    Client client = client(LinkSettings.defaults());
    List<Got> got = new ArrayList<>();
    long before = memory.time.timersSet();
    for (int i = 0; i < 200; i++) {
      world.onLoop(() -> got.add(client.get("k", 5 * SECOND)));
      world.until(() -> got.get(got.size() - 1).ends == 1);
    }
    long network = 200 * 2; // The network in memory sets one for each delivery.
    assertThat(memory.time.timersSet() - before - network).isLessThan(20);
  }

  @Test
  void noCallEndsBeforeItsTimeAndNoneLongAfter() {
    server.silent = true;
    Client client = client(LinkSettings.defaults());
    List<Long> late = new ArrayList<>();
    long[] timeouts = {0, 1, 3 * MILLI, 5 * MILLI, 100 * MILLI, 4_300 * MILLI, 9 * SECOND, 9 * SECOND, 60 * SECOND};
    world.onLoop(() -> {
      for (long timeout : timeouts) {
        long due = memory.time.nanoTime() + timeout;
        client.link.call(FrameKind.REQUEST, request("k"), timeout, new Got() {
          @Override
          public void failed(boolean mayHaveBeenSent, java.io.IOException cause) {
            assertThat(((CallFailure) cause).reason()).isEqualTo(Reason.TIMEOUT);
            late.add(memory.time.nanoTime() - due);
          }
        });
      }
    });
    world.until(() -> late.size() == timeouts.length);
    assertThat(late).allMatch(nanos -> nanos >= 0 && nanos <= 5 * MILLI);
    assertThat(client.link.openCalls()).isZero();
  }

  @Test
  void requestStillWaitingInTheBulkLaneWasCertainlyNotSent() {
    server.silent = true;
    Client client = client(LinkSettings.defaults());
    List<Got> got = new ArrayList<>();
    world.onLoop(() -> {
      memory.transport.lastOpener().stall(true);
      got.add(client.get("first".repeat(400_000), 50 * MILLI));
      got.add(client.get("second".repeat(400_000), 40 * MILLI));
      got.add(client.get("third".repeat(400_000), 10 * SECOND));
    });
    world.until(() -> got.get(1).ends == 1);
    assertThat(got.get(1).mayHaveBeenSent).as("taken back before its first piece").isFalse();
    world.until(() -> got.get(0).ends == 1);
    assertThat(got.get(0).mayHaveBeenSent).as("some pieces are under way").isTrue();
    world.onLoop(() -> memory.transport.lastOpener().reset());
    world.until(() -> got.get(2).ends == 1);
    assertThat(got.get(2).mayHaveBeenSent).as("its last piece was never handed over").isFalse();
    assertThat(server.heard).isEmpty();
  }

  @Test
  void cancelNeverOvertakesTheRequestItCancels() {
    server.silent = true;
    Client client = client(LinkSettings.defaults());
    Got[] got = new Got[1];
    world.onLoop(() -> {
      memory.transport.lastOpener().stall(true);
      got[0] = client.get("x".repeat(2_000_000), 50 * MILLI);
    });
    world.until(() -> got[0].ends == 1);
    world.onLoop(() -> memory.transport.lastOpener().stall(false));
    world.until(() -> server.cancelled.equals(List.of(got[0].id)));
    assertThat(server.heard).extracting(ScriptedServer.Heard::id).containsExactly(got[0].id);
  }

  @Test
  void attemptsAreSpreadAndNeverOften() {
    Client client = client(LinkSettings.defaults().withBackoff(50 * MILLI, SECOND));
    memory.transport.unreachable(true);
    world.onLoop(() -> memory.transport.lastOpener().reset());
    memory.time.advance(60 * SECOND);
    assertThat(client.disconnected).as("attempts in a minute").isBetween(60, 240);
    memory.transport.unreachable(false);
    world.until(() -> client.connected == 2);
  }

  @Test
  void serverThatLetsInAndHangsUpIsNotHammered() {
    Client client = client(LinkSettings.defaults());
    server.hangUp = true;
    world.onLoop(() -> memory.transport.lastOpener().reset());
    memory.time.advance(60 * SECOND);
    assertThat(client.connected).isBetween(60, 240);
  }

  @Test
  void oneWayMessagesAreDroppedWhenTooMuchWaits() {
    Client client = client(LinkSettings.defaults().withBytes(1 << 20, 1 << 20, 100_000));
    int[] taken = new int[1];
    world.onLoop(() -> {
      memory.transport.lastOpener().stall(true);
      while (client.link.send(FrameKind.REQUEST, request("x".repeat(10_000)), true)) {
        taken[0]++;
      }
      assertThat(client.link.pendingBytes()).isBetween(100_000L, 120_000L);
    });
    assertThat(taken[0]).isEqualTo(10);
  }

  @Test
  @DisplayName("JV-01: bits that flip on the way end connections and never change an answer")
  void flippedBitsNeverChangeAnAnswer() {
    Client client = client(LinkSettings.defaults());
    int answered = 0;
    for (int round = 0; round < 60; round++) {
      String key = "key-" + round;
      Got[] got = new Got[1];
      boolean request = round % 2 == 0;
      long ahead = round;
      world.onLoop(() -> {
        (request ? memory.transport.lastOpener() : memory.transport.lastAcceptor()).flipBit(ahead);
        got[0] = client.get(key, 10 * SECOND);
      });
      world.until(() -> got[0].ends == 1);
      if (got[0].cause == null) {
        assertThat(got[0].values).containsExactly(key);
        answered++;
      }
      world.until(() -> client.link.ready());
    }
    assertThat(answered).isBetween(1, 59);
  }
}
