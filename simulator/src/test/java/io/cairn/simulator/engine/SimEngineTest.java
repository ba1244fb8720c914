package io.cairn.simulator.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.simulator.SimMachine;
import io.cairn.simulator.SimWorld;
import io.cairn.simulator.disk.CrashLoss;
import io.cairn.storage.StorageFailure;
import io.cairn.storage.engine.Engine;
import io.cairn.storage.engine.EngineBatch;
import io.cairn.storage.engine.EngineView;
import io.cairn.storage.engine.Engines;
import io.cairn.storage.engine.Family;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The engine in memory: its contract, and what a crash does to it (TI-04). */
class SimEngineTest extends EngineContractTest {
  private static final long MILLI = 1_000_000;
  private static final byte[] KEY = {1};

  private SimWorld world = new SimWorld(51);
  private SimMachine machine = world.machine("n1");

  @BeforeEach
  @Override
  void open() {
    restart(51);
    super.open();
  }

  private void restart(long seed) {
    world = new SimWorld(seed);
    machine = world.machine("n1");
    machine.engineDisk().settings(SimEngineSettings.ROCKSDB.withSpontaneousFlush(0));
    machine.boot();
  }

  @Override
  Engines engines() {
    return machine.engines();
  }

  @Override
  String directory() {
    return "/data/n1/engine";
  }

  @Test
  void crashGoesBackToAFlush_orToAWholeBatchAfterIt() {
    Set<Integer> kept = new TreeSet<>();
    for (long seed = 0; seed < 60; seed++) {
      restart(seed);
      Engine engine = engines().open("other");
      EngineScript script = new EngineScript(seed);
      for (int i = 1; i <= 8; i++) {
        script.writeBatch(engine);
        if (i == 5) {
          engine.flush();
        }
      }
      machine.losePower(CrashLoss.DRAWN);
      assertThatThrownBy(() -> engine.get(Family.NEWEST, KEY)).isInstanceOf(Error.class).hasMessageContaining("n1#1 was killed");
      machine.boot();
      Engine again = engines().open("other");
      int last = EngineScript.lastBatch(again);
      kept.add(last);
      try (EngineView view = again.view()) {
        assertThat(EngineScript.content(view)).isEqualTo(EngineReference.contentAfter(seed, last));
      }
    }
    assertThat(kept).containsExactly(5, 6, 7, 8);
  }

  @Test
  void flushTakesTime_andIsDurableWhenItEnds() {
    Engine engine = engines().open("other");
    machine.process().start("apply").execute(() -> {
      put(engine, 1);
      engine.flush();
      assertThat(engine.durable(Family.SMALL, KEY)).as("in the task's own time").isEqualTo(new byte[] {1});
    });
    world.runFor(MILLI);
    assertThat(engine.durable(Family.SMALL, KEY)).as("in the world's").isNull();
    world.runFor(10 * MILLI);
    assertThat(engine.durable(Family.SMALL, KEY)).isEqualTo(new byte[] {1});
  }

  @Test
  void crashDuringAFlush_mayLoseWhatItCovers() {
    Set<Boolean> survived = new TreeSet<>();
    for (long seed = 0; seed < 30; seed++) {
      restart(seed);
      Engine engine = engines().open("other");
      machine.process().start("apply").execute(() -> {
        put(engine, 1);
        engine.flush();
        put(engine, 2);
      });
      world.runFor(MILLI);
      machine.kill();
      machine.boot();
      byte[] found = engines().open("other").get(Family.SMALL, KEY);
      assertThat(found == null || found[0] == 1).as("what was written after the flush never happened").isTrue();
      survived.add(found != null);
    }
    assertThat(survived).containsExactly(false, true);
  }

  @Test
  void flushesByItselfNowAndThen() {
    machine.engineDisk().settings(SimEngineSettings.ROCKSDB.withSpontaneousFlush(0.2));
    Engine engine = engines().open("other");
    int[] seen = new int[1];
    var loop = machine.process().start("apply");
    for (int i = 1; i <= 100; i++) {
      int number = i;
      loop.schedule(i * 10 * MILLI, () -> {
        put(engine, number);
        if (engine.durable(Family.SMALL, KEY) != null) {
          seen[0]++;
        }
      });
    }
    world.runFor(2_000 * MILLI);

    assertThat(seen[0]).isPositive();
  }

  @Test
  void afterAFailedFlushNothingWorks_andNothingOfItIsDurable() {
    Engine engine = engines().open("other");
    put(engine, 1);
    machine.engineDisk().failFlush(1);

    assertThatThrownBy(engine::flush).isInstanceOf(StorageFailure.class);
    assertThatThrownBy(() -> engine.get(Family.SMALL, KEY)).isInstanceOf(StorageFailure.class);
    assertThatThrownBy(engine::flush).isInstanceOf(StorageFailure.class);
  }

  @Test
  void failedWriteHasNoEffect() {
    Engine engine = engines().open("other");
    put(engine, 1);
    engine.flush();
    machine.engineDisk().failWrite(1);
    assertThatThrownBy(() -> put(engine, 2)).isInstanceOf(StorageFailure.class);
    machine.kill();
    machine.boot();

    assertThat(engines().open("other").get(Family.SMALL, KEY)).isEqualTo(new byte[] {1});
  }

  @Test
  void engineIsOpenOnce() {
    Engine engine = engines().open("other");
    assertThatThrownBy(() -> engines().open("other")).isInstanceOf(StorageFailure.class).hasMessageContaining("open already");
    engine.close();
    engines().open("other");
  }

  private static void put(Engine engine, int value) {
    EngineBatch batch = engine.newBatch();
    batch.put(Family.SMALL, KEY, new byte[] {(byte) value});
    engine.write(batch);
  }
}
