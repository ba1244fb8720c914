package io.cairn.server.apply;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.raft.log.Entry;
import io.cairn.raft.log.EntryKind;
import io.cairn.server.command.EntryPayload;
import io.cairn.server.command.ShardCommand;
import io.cairn.server.command.SystemCommand;
import io.cairn.server.testing.Commands;
import io.cairn.server.testing.MemoryEngine;
import io.cairn.server.testing.VirtualLoops;
import io.cairn.storage.StorageFailure;
import io.cairn.storage.mvcc.ShardStore;
import io.cairn.storage.mvcc.WriteResult;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class ApplierTest {
  private final VirtualLoops loops = new VirtualLoops();
  private final VirtualLoops.VirtualLoop apply = loops.loop("apply");
  private final VirtualLoops.VirtualLoop net = loops.loop("net-0");
  private final MemoryEngine engine = new MemoryEngine();
  private final List<String> broken = new ArrayList<>();
  private final List<Integer> rounds = new ArrayList<>();
  private final List<EntryEffect> effects = new ArrayList<>();
  private final Applier applier = new Applier(engine, 1 << 14, apply, loops, (what, cause) -> broken.add(what + ": " + cause.getMessage()),
      (nanos, commands) -> rounds.add(commands));
  private final ShardStore first = ShardStore.open(engine, 1);
  private final ShardStore second = ShardStore.open(engine, 2);

  private void submit(ShardStore store, Entry... entries) {
    applier.submit(store, List.of(entries), net, (done, results) -> {
      assertThat(net.inLoop()).isTrue();
      assertThat(store.applied().index()).isGreaterThanOrEqualTo(done.getLast().index());
      effects.addAll(results);
    });
  }

  private static Entry put(long index, long revision, long sequence) {
    return new Entry(1, index, EntryKind.COMMAND, EntryPayload.commands(revision, 10,
        List.of(Commands.put(1, sequence, "k", "v").build().toByteString())));
  }

  @Test
  void workThatAsksForMoreWhileTheNodeStopsEndsThere() {
    var ran = new ArrayList<String>();
    applier.run("switching", () -> {
      ran.add("switching");
      applier.run("what follows", () -> ran.add("what follows"));
    });
    apply.execute(applier::end);
    submit(first, put(1, 2, 1));
    loops.run();

    assertThat(ran).containsExactly("switching");
    assertThat(engine.writes()).isZero();
    assertThat(broken).isEmpty();
  }

  @Test
  void whatAllShardsHaveCommittedIsOneWriteOfTheEngine() {
    submit(first, put(1, 2, 1));
    submit(second, put(1, 3, 1));
    submit(first, put(2, 4, 2));
    loops.run();

    assertThat(engine.writes()).isEqualTo(1);
    assertThat(rounds).containsExactly(3);
    assertThat(effects).hasSize(3).allSatisfy(effect -> assertThat(((EntryEffect.Written) effect).results().getFirst())
        .isInstanceOf(WriteResult.Done.class));
    assertThat(first.applied().revision()).isEqualTo(4);
  }

  @Test
  @DisplayName("what is committed at once and is too large for one write becomes several, with whole entries, and everybody hears once")
  void whatIsTooLargeForOneWriteBecomesSeveral() {
    var sizes = new ArrayList<Long>();
    engine.onWrite(batch -> sizes.add(batch.bytes()));
    for (ShardStore store : List.of(first, second)) {
      submit(store, LongStream.rangeClosed(1, 8).mapToObj(index -> new Entry(1, index, EntryKind.COMMAND, EntryPayload.commands(1 + index, 10,
          List.of(Commands.put(1, index, "k", "v".repeat(1 << 20)).build().toByteString())))).toArray(Entry[]::new));
    }
    loops.run();

    assertThat(sizes).hasSizeGreaterThanOrEqualTo(8).allSatisfy(size -> assertThat(size).isLessThan(Applier.WRITE_BYTES + (4 << 20)));
    assertThat(effects).hasSize(16);
    assertThat(rounds.stream().mapToInt(Integer::intValue).sum()).isEqualTo(16);
    assertThat(first.applied().index()).isEqualTo(8);
    assertThat(broken).isEmpty();
  }

  @Test
  void nobodyHearsOfAnEffectBeforeItIsWritten() {
    submit(first, put(1, 2, 1));
    net.runAll();
    assertThat(effects).isEmpty();
    apply.runAll();
    assertThat(effects).isEmpty();

    net.runAll();

    assertThat(effects).hasSize(1);
  }

  @Test
  void theWindowMovesByAmountsFromTheRevisionEverythingIsBornAt() {
    var move = EntryPayload.system(new SystemCommand.ExtendWindow(10_000));
    submit(first, new Entry(1, 1, EntryKind.LEADER, move), new Entry(1, 2, EntryKind.COMMAND, move));
    loops.run();

    assertThat(effects).containsExactly(new EntryEffect.WindowMoved(1, 10_001), new EntryEffect.WindowMoved(10_001, 20_001));
  }

  @Test
  void aLeadersEmptyFirstEntryMovesTheIndexAlone() {
    submit(first, new Entry(1, 1, EntryKind.LEADER, new byte[0]));
    loops.run();

    assertThat(effects).containsExactly(EntryEffect.NOTHING);
    assertThat(first.applied().index()).isEqualTo(1);
    assertThat(first.applied().revision()).isEqualTo(1);
  }

  @Test
  void anEntryThatCompactsHidesWhatIsOlder() {
    submit(first, put(1, 2, 1), put(2, 3, 2), new Entry(1, 3, EntryKind.COMMAND, EntryPayload.upkeep(new ShardCommand.Compact(3))));
    loops.run();

    assertThat(effects).last().isEqualTo(EntryEffect.NOTHING);
    assertThat(first.compacted()).isEqualTo(3);
    assertThat(first.applied().index()).isEqualTo(3);
  }

  @Test
  void anEntryAboveThisVersionStopsTheNodeAndNothingOfItsRoundIsAnswered() {
    Entry strange = put(2, 3, 2);
    strange.payload()[1] = (byte) 0x80;
    submit(first, put(1, 2, 1), strange);
    submit(second, put(1, 4, 1));
    loops.run();

    assertThat(broken).singleElement().asString().contains("feature level 128");
    assertThat(effects).isEmpty();
    assertThat(engine.writes()).isZero();
  }

  @Test
  @DisplayName("SM-04 SM-08 after a failed round nothing more is applied, and no other work of the engine's writer runs")
  void afterAFailureNothing() {
    engine.failWith(new StorageFailure(StorageFailure.Kind.DISK, "gone"));
    submit(first, put(1, 2, 1));
    loops.run();
    engine.failWith(null);
    submit(first, put(2, 3, 2));
    applier.run("other work", () -> broken.add("ran"));
    loops.run();

    assertThat(broken).containsExactly("applying committed entries: gone");
    assertThat(effects).isEmpty();
  }

  @Test
  void otherWorkTakesItsTurnAndItsFailureStopsTheNode() {
    submit(first, put(1, 2, 1));
    applier.run("installing", () -> {
      throw new IllegalStateException("first is at " + first.applied().index());
    });
    loops.run();

    assertThat(broken).containsExactly("installing: first is at 1");
  }
}
