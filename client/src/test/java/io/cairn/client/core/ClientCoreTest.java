package io.cairn.client.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.client.RefusedCode;
import io.cairn.client.RefusedException;
import io.cairn.client.UnknownOutcomeException;
import io.cairn.client.fake.FakeNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class ClientCoreTest {

  @Test
  @DisplayName("CL-06 while the cluster is away the client does next to nothing, with calls open or without")
  void idleWhileAway() throws IOException {
    Simulation sim = new Simulation();
    sim.done(sim.put("a", "1"));
    for (int i = 1; i <= 3; i++) {
      sim.node(i).kill();
    }
    List<Simulation.Ended<?>> calls = new ArrayList<>();
    for (int second = 0; second < 60; second++) {
      calls.add(sim.put("a", "v" + second));
      calls.add(sim.get("a"));
      sim.loop.runFor(TimeUnit.SECONDS.toNanos(1));
    }
    sim.loop.runFor(TimeUnit.SECONDS.toNanos(10));
    assertThat(calls).allMatch(call -> call.times == 1);
    long tasksBefore = sim.loop.executed();
    int connectsBefore = sim.transport.connects();
    sim.loop.runFor(TimeUnit.SECONDS.toNanos(60));
    // A task costs microseconds: 20 a second are far below a hundredth of a core.
    assertThat(sim.loop.executed() - tasksBefore).isLessThan(60 * 20);
    assertThat(sim.transport.connects() - connectsBefore).isBetween(30, 60 * 6);
    for (int i = 1; i <= 3; i++) {
      sim.node(i).restart();
    }
    sim.done(sim.put("a", "back"));
  }

  @Test
  @DisplayName("CL-06 the retries of one call while there is no leader stay few")
  void fewRetries() {
    Simulation sim = new Simulation();
    sim.cluster.lead(1, "");
    assertThat(sim.await(sim.put("a", "1")).why).isInstanceOf(RefusedException.class);
    int asked = 0;
    for (int i = 1; i <= 3; i++) {
      asked += sim.node(i).requests().size();
    }
    assertThat(asked).isLessThan(60);
  }

  @Test
  @DisplayName("CL-08 whatever nodes do, every call ends once, by its deadline, and no acknowledged write is missing")
  void everyCallEndsOnce() throws IOException {
    for (long seed = 1; seed <= 20; seed++) {
      Simulation sim = new Simulation("m");
      Random random = new Random(seed);
      List<Simulation.Ended<?>> calls = new ArrayList<>();
      boolean[] down = new boolean[4];
      for (int step = 0; step < 400; step++) {
        calls.add(random.nextInt(3) == 0 ? sim.get("k" + step) : sim.put((random.nextBoolean() ? "a" : "z") + step, "v" + step));
        int node = 1 + random.nextInt(3);
        switch (random.nextInt(40)) {
          case 0 -> sim.cluster.lead(1 + random.nextInt(2), "n" + node);
          case 1 -> sim.transport.cut(sim.node(node).address());
          case 2 -> sim.transport.blackHole(sim.node(node).address(), random.nextBoolean());
          case 3 -> sim.node(node).script(random.nextBoolean() ? request -> null
              : request -> random.nextInt(4) == 0 ? FakeNode.SERVE_AND_CUT : random.nextInt(8) == 0 ? FakeNode.SILENCE : null);
          case 4 -> {
            if (down[node]) {
              sim.node(node).restart();
            } else {
              sim.node(node).kill();
            }
            down[node] = !down[node];
          }
          default -> { }
        }
        sim.loop.runFor(random.nextInt(20_000_000));
      }
      sim.loop.runFor(Simulation.DEADLINE_NANOS);
      assertThat(calls).as("seed %d", seed).allMatch(call -> call.times == 1);
      long acknowledged = calls.stream().filter(call -> call.result instanceof io.cairn.client.PutResult).count();
      assertThat((long) sim.cluster.applied()).as("seed %d", seed).isBetween(acknowledged, (long) calls.size());
      assertThat(sim.core.openBytes()).as("seed %d", seed).isZero();
    }
  }

  @Test
  void closeEndsEveryOpenCallAsItIsDue() {
    Simulation sim = new Simulation();
    sim.done(sim.put("a", "1"));
    for (int i = 1; i <= 3; i++) {
      sim.node(i).script(request -> FakeNode.SILENCE);
    }
    Simulation.Ended<?> sent = sim.put("a", "2");
    Simulation.Ended<?> read = sim.get("a");
    sim.loop.runFor(TimeUnit.MILLISECONDS.toNanos(5));
    Simulation.Ended<?> inInbox = sim.put("a", "3");
    sim.core.close();
    sim.loop.runFor(TimeUnit.MILLISECONDS.toNanos(5));
    assertThat(sent.why).isInstanceOf(UnknownOutcomeException.class);
    assertThat(read.why).isInstanceOfSatisfying(RefusedException.class, e -> assertThat(e.code()).isEqualTo(RefusedCode.CLOSED));
    assertThat(inInbox.times).isEqualTo(1);
    Simulation.Ended<?> late = sim.put("a", "4");
    assertThat(late.why).isInstanceOfSatisfying(RefusedException.class, e -> assertThat(e.code()).isEqualTo(RefusedCode.CLOSED));
    assertThat(sim.core.openBytes()).isZero();
    int connects = sim.transport.connects();
    sim.loop.runFor(TimeUnit.SECONDS.toNanos(30));
    assertThat(sim.transport.connects()).isEqualTo(connects);
  }

  @Test
  void anInterruptedWriteThatWasSentIsOfUnknownOutcomeAndOneThatWasNotIsRefused() {
    Simulation sim = new Simulation();
    sim.done(sim.put("a", "1"));
    sim.node(1).script(request -> FakeNode.SILENCE);
    Simulation.Ended<?> sent = sim.put("a", "2");
    sim.loop.runFor(TimeUnit.MILLISECONDS.toNanos(5));
    sent.pending.interrupt();
    Simulation.Ended<?> notSent = sim.put("a", "3");
    notSent.pending.interrupt();
    sim.loop.runFor(TimeUnit.MILLISECONDS.toNanos(5));
    assertThat(sent.why).isInstanceOf(UnknownOutcomeException.class);
    assertThat(sent.times).isEqualTo(1);
    assertThat(notSent.times).isEqualTo(1);
  }

  @Test
  void twoClientsHaveDifferentIdsAndOneClientHasOneForEachShard() {
    Simulation sim = new Simulation("m");
    sim.done(sim.put("a", "1"));
    sim.done(sim.put("z", "1"));
    assertThat(sim.cluster.commands().get(0).getClientHigh()).isNotEqualTo(sim.cluster.commands().get(1).getClientHigh());
    assertThat(sim.cluster.commands()).allMatch(command -> command.getSequence() == 1);
  }
}
